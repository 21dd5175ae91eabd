"""maven_protos: compiles the .proto files of a Maven artifact, and all they import, into one C++ library.

    maven_protos(name = "xds_api", artifact = "group:name:version", roots = [...], services = [...])

makes @xds_api//:protos (messages), @xds_api//:services (gRPC stubs of the files in `services`) and
@xds_api//:files (the .proto sources, for other protoc runs). The artifact is fetched by `mvn` while Bazel loads.
"""

def _closure(ctx, roots):
    """The given files and everything they import, in the order of discovery."""
    seen = {}
    todo = list(roots)
    for _ in range(10000):
        if not todo:
            return seen.keys()
        path = todo.pop()
        if path in seen or path.startswith("google/protobuf/"):
            continue
        seen[path] = True
        for line in ctx.read("src/" + path).split("\n"):
            if line.startswith("import "):
                todo.append(line.split('"')[1])
    fail("the import closure did not end")

_BUILD = """
package(default_visibility = ["//visibility:public"])

FILES = {files}

SERVICES = {services}

filegroup(name = "files", srcs = ["src/" + f for f in FILES])

genrule(
    name = "generate",
    srcs = [":files"],
    outs = ["gen/" + f[:-6] + end for f in FILES for end in (".pb.h", ".pb.cc")],
    cmd = "/usr/bin/protoc -I" + "external/{name}/src --cpp_out=$(RULEDIR)/gen " + " ".join(FILES),
)

genrule(
    name = "generate_services",
    srcs = [":files"],
    outs = ["gen/" + f[:-6] + end for f in SERVICES for end in (".grpc.pb.h", ".grpc.pb.cc")],
    cmd = "/usr/bin/protoc -Iexternal/{name}/src --plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin" +
          " --grpc_out=$(RULEDIR)/gen " + " ".join(SERVICES),
)

# Large and never stepped through: -O1 and no debug information halve its time. alwayslink: google.protobuf.Any is
# resolved by name at run time.
cc_library(
    name = "protos",
    srcs = ["gen/" + f[:-6] + ".pb.cc" for f in FILES],
    hdrs = ["gen/" + f[:-6] + ".pb.h" for f in FILES],
    includes = ["gen"],
    copts = ["-O1", "-g0", "-w"],
    linkopts = ["-lprotobuf"],
    alwayslink = True,
)

cc_library(
    name = "services",
    srcs = ["gen/" + f[:-6] + ".grpc.pb.cc" for f in SERVICES],
    hdrs = ["gen/" + f[:-6] + ".grpc.pb.h" for f in SERVICES],
    includes = ["gen"],
    copts = ["-O1", "-g0", "-w"],
    deps = [":protos", "@fairlead//tools/bazel/system:grpc"],
)
"""

def _maven_protos(ctx):
    ctx.report_progress("fetching " + ctx.attr.artifact)
    result = ctx.execute(
        ["mvn", "-q", "-B", "dependency:copy", "-Dartifact=" + ctx.attr.artifact, "-DoutputDirectory=."],
        timeout = 300,
    )
    if result.return_code:
        fail("mvn could not fetch %s:\n%s%s" % (ctx.attr.artifact, result.stdout, result.stderr))
    _, name, version = ctx.attr.artifact.split(":")
    ctx.extract("%s-%s.jar" % (name, version), output = "src")
    ctx.file("WORKSPACE", "")
    ctx.file("BUILD", _BUILD.format(
        name = ctx.name,
        files = repr(sorted(_closure(ctx, ctx.attr.roots))),
        services = repr(ctx.attr.services),
    ))

maven_protos = repository_rule(
    implementation = _maven_protos,
    attrs = {
        "artifact": attr.string(mandatory = True, doc = "group:name:version of a jar of .proto files"),
        "roots": attr.string_list(mandatory = True, doc = "the files wanted; their imports come along"),
        "services": attr.string_list(doc = "those of the files whose gRPC services are wanted"),
    },
)
