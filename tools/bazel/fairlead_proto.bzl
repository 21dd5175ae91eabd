"""fairlead_proto: a C++ library, with gRPC stubs, from .proto files of this repository."""

def fairlead_proto(name, srcs, imports = [], deps = [], visibility = None):
    """Messages and services of `srcs`, included by their path from the workspace's api folder.

    Args:
      name: the library.
      srcs: .proto files in this package, which may import each other and google/protobuf.
      imports: .proto files of other libraries that they import.
      deps: those libraries.
      visibility: who may use it.
    """
    stems = [native.package_name() + "/" + s[:-len(".proto")] for s in srcs]
    ends = [".pb.h", ".pb.cc", ".grpc.pb.h", ".grpc.pb.cc"]
    native.genrule(
        name = name + "_generate",
        srcs = srcs + imports,
        outs = [s[:-len(".proto")] + end for s in srcs for end in ends],
        cmd = "/usr/bin/protoc -Iapi --plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin" +
              " --cpp_out=$(GENDIR)/api --grpc_out=$(GENDIR)/api " + " ".join([s + ".proto" for s in stems]),
    )
    native.cc_library(
        name = name,
        srcs = [s[:-len(".proto")] + end for s in srcs for end in ends if end.endswith(".cc")],
        hdrs = [s[:-len(".proto")] + end for s in srcs for end in ends if end.endswith(".h")],
        strip_include_prefix = "/api",
        copts = ["-O1", "-g0", "-w"],
        deps = deps + ["//tools/bazel/system:grpc"],
        alwayslink = True,
        visibility = visibility,
    )
