#ifndef FAIRLEAD_DATAPLANE_XDS_GRPC_CALL_H_
#define FAIRLEAD_DATAPLANE_XDS_GRPC_CALL_H_

// One bidirectional gRPC call whose messages are bytes, for an owner that lives on a loop.
//
//     call_ = GrpcCall::Start({.channel = channel, .method = kAdsMethod, ...}, *this, loop);
//     call_->Write(bytes);
//     call_->Read();          // after each OnMessage: the next one is wanted
//     GrpcCall::End(call_);   // nothing is heard of it from now on
//
// The first message is asked for by Start. After OnClosed the call is over.
//
// Thread: the loop's, also for the handler; gRPC's own threads only post to it. Owner: shared with
// gRPC until the call is done. Limits: one message is read at a time; what is written is queued, so
// that the owner bounds it.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dataplane/event/loop.h"

namespace grpc {
class Channel;
}

namespace fairlead::xds {

class GrpcCallHandler {
 public:
  virtual ~GrpcCallHandler() = default;
  // The server's initial metadata: the keys. At most once.
  virtual void OnServerHeaders(const std::vector<std::string>& keys) = 0;
  // The first message has been written.
  virtual void OnWritten() = 0;
  virtual void OnMessage(std::string_view bytes) = 0;
  // `code` is a grpc::StatusCode.
  virtual void OnClosed(int code, const std::string& error) = 0;
};

class GrpcCall {
 public:
  struct Options {
    std::shared_ptr<grpc::Channel> channel;
    std::string method;
    std::vector<std::pair<std::string, std::string>> metadata;
  };

  static std::shared_ptr<GrpcCall> Start(const Options& options, GrpcCallHandler& handler,
                                         event::Loop& loop);
  // Cancels the call, if there is one, and waits until gRPC has let go of it. The handler is called
  // no more.
  static void End(std::shared_ptr<GrpcCall>& call);

  virtual ~GrpcCall() = default;
  virtual void Write(std::string message) = 0;
  virtual void Read() = 0;
  // Cancels: OnClosed follows.
  virtual void Cancel() = 0;

 protected:
  virtual void Detach() = 0;
  virtual void WaitUntilDone() = 0;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_GRPC_CALL_H_
