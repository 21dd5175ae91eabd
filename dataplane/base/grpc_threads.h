#ifndef FAIRLEAD_DATAPLANE_BASE_GRPC_THREADS_H_
#define FAIRLEAD_DATAPLANE_BASE_GRPC_THREADS_H_

// Keeps the threads on which gRPC calls reactors, for the life of the process.
//
// They end with the last channel or server that has used them, and gRPC 1.51 then races with
// itself: when that object goes on one of these very threads, it aborts (completion queue, "prior >
// 0"). A channel that is never destroyed, and whose only call was cancelled before it connected to
// anything, keeps them.
//
// Thread: any. Call it before the first use of gRPC's callback API; again does nothing.

namespace fairlead {

void KeepGrpcCallbackThreads();

}  // namespace fairlead

#endif  // FAIRLEAD_DATAPLANE_BASE_GRPC_THREADS_H_
