#!/usr/bin/env python3
"""Plants each fault that tools/check knows and sees it found, and nothing where nothing is."""

import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

TOOLS = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(TOOLS))
sys.dont_write_bytecode = True

from source_check import rules, source, tables


def faults(path, text):
    """{(line, rule)} of a file with this text."""
    file = rules.File(path, textwrap.dedent(text).lstrip("\n"))
    return {(line, rule) for line, rule, _ in rules.check(file)}


def function_of(lines):
    return "int F() {\n" + "  G();\n" * (lines - 2) + "}\n"


class IncludesTest(unittest.TestCase):
    def include(self, path, header):
        return faults(path, f'#include "{header}"\n')

    def test_down_the_path_is_fine(self):
        self.assertFalse(self.include("dataplane/http/a.cc", "dataplane/route/route_table.h"))
        self.assertFalse(self.include("dataplane/server/a.cc", "dataplane/xds/client.h"))
        self.assertFalse(self.include("dataplane/cluster/a.cc", "dataplane/xds/support_table.h"))
        self.assertFalse(self.include("dataplane/xds/a.cc", "dataplane/route/route_table.h"))
        self.assertFalse(self.include("controlplane/xds/a.cc", "dataplane/base/status.h"))

    def test_up_the_path_is_found(self):
        for path, header in [
            ("dataplane/route/a.cc", "dataplane/http/stream.h"),
            ("dataplane/base/a.h", "dataplane/event/loop.h"),
            ("dataplane/cluster/a.cc", "dataplane/route/route.h"),
            ("dataplane/codec/a.cc", "dataplane/observe/counter.h"),
            ("dataplane/event/a.cc", "dataplane/xds/support_table.h"),
            ("dataplane/xds/a.cc", "dataplane/server/server.h"),
            ("dataplane/http/a.cc", "controlplane/model/state.h"),
            ("dataplane/http/a.cc", "tests/support/fake.h"),
            ("controlplane/model/a.cc", "controlplane/store/store.h"),
            ("controlplane/xds/a.cc", "dataplane/http/stream.h"),
            ("dataplane/nowhere/a.cc", "dataplane/base/status.h"),
        ]:
            with self.subTest(path=path, header=header):
                self.assertIn((1, "includes"), self.include(path, header))

    def test_tests_may_use_test_support(self):
        self.assertFalse(self.include("dataplane/http/a_test.cc", "tests/support/fake.h"))


class CodeTest(unittest.TestCase):
    def test_clocks_and_sleeps_outside_event(self):
        for call in [
            "std::chrono::steady_clock::now()",
            "std::chrono::system_clock::now()",
            "std::this_thread::sleep_for(1ms)",
            "usleep(10)",
            "time(nullptr)",
            "clock_gettime(CLOCK_MONOTONIC, &t)",
            "absl::Now()",
        ]:
            with self.subTest(call=call):
                text = f"void F() {{ {call}; }}\n"
                self.assertEqual(faults("dataplane/http/a.cc", text), {(1, "clock")})
                self.assertEqual(faults("controlplane/xds/a.cc", text), {(1, "clock")})
                self.assertFalse(faults("dataplane/event/a.cc", text))
                self.assertFalse(faults("tools/fairlead/a.cc", text))

    def test_tests_read_clocks_but_do_not_sleep(self):
        clock = "void F() { std::chrono::steady_clock::now(); }\n"
        self.assertFalse(faults("dataplane/http/a_test.cc", clock))
        sleep = "void F() { usleep(1); }\n"
        self.assertEqual(faults("dataplane/http/a_test.cc", sleep), {(1, "clock")})

    def test_words_like_clocks_are_not_calls(self):
        self.assertFalse(faults("dataplane/http/a.cc", "Time t = loop.Now() + run_time(0);\n"))

    def test_throw_in_the_data_plane(self):
        text = "void F() {\n  throw 1;\n}\n"
        self.assertEqual(faults("dataplane/http/a.cc", text), {(2, "throw")})
        self.assertFalse(faults("controlplane/store/a.cc", text))

    def test_comments_and_strings_are_no_code(self):
        text = """
            // throw steady_clock::now()
            /* throw
               throw */
            const char* kText = "throw \\" steady_clock::now()";
            const char* kRaw = R"x(throw ")" std::cerr)x";
            char c = '"'; int n = 1'000'000; char d = '"';
            """
        self.assertFalse(faults("dataplane/http/a.cc", text))

    def test_output_in_a_library(self):
        for call in ["std::cerr << 1", 'printf("x")', 'std::fprintf(stderr, "x")', 'puts("x")']:
            with self.subTest(call=call):
                text = f"void F() {{ {call}; }}\n"
                self.assertEqual(faults("dataplane/http/a.cc", text), {(1, "output")})
                self.assertFalse(faults("dataplane/server/main.cc", text))
                self.assertFalse(faults("dataplane/http/a_test.cc", text))
        self.assertFalse(faults("dataplane/http/a.cc", 'void F() { std::snprintf(b, 9, ""); }\n'))


class SizeTest(unittest.TestCase):
    def test_function_length(self):
        longest = tables.FUNCTION_LINES_MAX
        self.assertFalse(faults("dataplane/http/a.cc", function_of(longest)))
        text = "\n" + function_of(longest + 1)
        self.assertEqual(faults("dataplane/http/a.cc", "int a;\n" + text), {(3, "function-length")})

    def test_what_is_a_function(self):
        text = textwrap.dedent("""\
            namespace a {
            class B : public C {
             public:
              B(int x) : x_{x} {
              }
              int Get() const { return x_; }
              int x_ = 0;
            };
            const int kTable[] = {
              1,
            };
            template <typename T>
            auto F(T t)
                -> int {
              if (t) { return 1; }
              auto g = [&](int i) {
                return i;
              };
              return g(2);
            }
            #define M(x) { x
            TEST(A, B) {
            }
            }  // namespace a
            """)
        found = [(first, last) for first, last, _ in source.functions(source.blank(text))]
        self.assertEqual(found, [(4, 5), (6, 6), (12, 20), (22, 23)])

    def test_file_length(self):
        longest = tables.FILE_LINES_MAX
        self.assertFalse(faults("dataplane/http/a.cc", "int a;\n" * longest))
        text = "int a;\n" * (longest + 1)
        self.assertEqual(faults("dataplane/http/a.cc", text), {(longest + 1, "file-length")})

    def test_columns(self):
        widest = "int " + "a" * 95 + ";\n"
        self.assertFalse(faults("dataplane/http/a.cc", widest))
        self.assertEqual(faults("dataplane/http/a.cc", "a" + widest), {(1, "columns")})
        self.assertEqual(faults("tools/a.py", "a" + widest), {(1, "columns")})
        self.assertFalse(faults("README.md", "a" + widest))


class TextTest(unittest.TestCase):
    def test_markers(self):
        for marker in tables.MARKERS:
            found = faults("dataplane/http/a.cc", f"// {marker}: later\n")
            self.assertEqual(found, {(1, "marker")})

    def test_forbidden_words(self):
        for word in tables.FORBIDDEN:
            self.assertEqual(faults("tools/a.md", f"\nsee {word}x\n"), {(1, "forbidden")})

    def test_header_guard(self):
        good = "#ifndef FAIRLEAD_DATAPLANE_A_B_H_\n#define FAIRLEAD_DATAPLANE_A_B_H_\n#endif\n"
        self.assertFalse(faults("dataplane/a/b.h", good))
        self.assertEqual(faults("dataplane/a/c.h", good), {(1, "header-guard")})
        self.assertEqual(faults("dataplane/a/b.h", "int a;\n"), {(1, "header-guard")})

    def test_ends_of_lines_and_files(self):
        self.assertEqual(faults("dataplane/a/b.cc", "int a; \n"), {(1, "newline")})
        self.assertEqual(faults("dataplane/a/b.cc", "int a;"), {(1, "newline")})


class CommandTest(unittest.TestCase):
    def run_check(self, root, *flags):
        command = [sys.executable, "-B", str(TOOLS / "check"), "--root", root, *flags]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_reports_by_file_and_line(self):
        with tempfile.TemporaryDirectory() as root:
            folder = pathlib.Path(root, "dataplane", "http")
            folder.mkdir(parents=True)
            (folder / "README.md").write_text("# http\n")
            (folder / "a.cc").write_text("int a;\n")
            done = self.run_check(root, "--no-format")
            self.assertEqual((done.returncode, done.stdout), (0, ""))
            (folder / "a.cc").write_text("void F() {\n  throw 1;\n}\n")
            (folder / "README.md").unlink()
            done = self.run_check(root, "--no-format")
            self.assertEqual(done.returncode, 1)
            self.assertIn("dataplane/http/a.cc:2: throw in dataplane/ [throw]", done.stdout)
            self.assertIn("dataplane/http/README.md:1:", done.stdout)

    def test_formatting(self):
        with tempfile.TemporaryDirectory() as root:
            pathlib.Path(root, ".clang-format").write_text("BasedOnStyle: Google\n")
            pathlib.Path(root, "a.cc").write_text("int a;\nint   b;\n")
            done = self.run_check(root)
            if done.returncode == 2:
                self.skipTest("clang-format-19 is not installed")
            self.assertIn("a.cc:2: not as clang-format-19 writes it [format]", done.stdout)


if __name__ == "__main__":
    unittest.main()
