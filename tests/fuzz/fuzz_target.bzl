"""fuzz_target: a parser's entry point as a test (replays its corpus) and as a search program."""

def fuzz_target(name, deps):
    """NAME.cc defines LLVMFuzzerTestOneInput; NAME_corpus/ holds its seeds and what was found.

    Args:
      name: of the source, without ".cc".
      deps: what the source includes.
    """
    native.cc_library(
        name = name + "_entry",
        testonly = True,
        srcs = [name + ".cc"],
        alwayslink = True,
        deps = deps,
    )
    native.cc_test(
        name = name + "_replay_test",
        args = [native.package_name() + "/" + name + "_corpus"],
        data = native.glob([name + "_corpus/**"]),
        deps = [
            ":fuzz_replay",
            ":" + name + "_entry",
        ],
    )

    # Only with the flags that run.sh gives: libFuzzer brings main().
    native.cc_binary(
        name = name,
        testonly = True,
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],
        deps = [":" + name + "_entry"],
    )
