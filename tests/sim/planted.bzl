"""Copies of product sources with faults planted in them."""

def planted_sources(name, sources):
    """Makes `name`, the copies of `sources` (labels of .cc files).

    A binary that compiles them itself takes them in place of the objects of the product's
    libraries: a linker looks into a library only for what is not there yet.
    """
    outs = []
    for source in sources:
        out = "planted_" + source.split(":")[1]
        native.genrule(
            name = out + "_rule",
            testonly = True,
            srcs = [source],
            outs = [out],
            cmd = "python3 $(location plant.py) $< $@",
            tools = ["plant.py"],
        )
        outs.append(out)
    native.filegroup(
        name = name,
        testonly = True,
        srcs = outs,
    )
