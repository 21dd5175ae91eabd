"""What the process-level suites share: starting programs, raw HTTP, upstreams.

Python 3.11, standard library only.

A suite puts `tests/` on its path and imports from here:

    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
    from support import processes
"""
