"""Copies a source file of the product with faults planted in it, for mutation_test.

    plant.py SOURCE OUT

Each fault waits for its number: the copy asks `fairlead_planted(N)`. The product's own file is not
touched and knows nothing of it. A fault whose place is no longer there is an error: move it along
with the code.
"""

import sys

# (number, file, what is there, what stands there instead)
PLANTS = [
    (
        10,
        "dataplane/filters/router/upstream_call.cc",
        "return IsRepeatable(stream.request) || !is_request_sent_;",
        "return fairlead_planted(10) || IsRepeatable(stream.request) || !is_request_sent_;",
    ),
    (
        11,
        "dataplane/filters/router/upstream_call.cc",
        "  upload_.reset();\n  connection_.reset();\n  LeaveHost();\n",
        "  upload_.reset();\n"
        "  if (fairlead_planted(11) && connection_ != nullptr) {\n"
        "    host_->Give(std::move(connection_), loop_.timers(),\n"
        "                cluster_->config().idle_timeout);\n"
        "  }\n"
        "  connection_.reset();\n  LeaveHost();\n",
    ),
    (
        19,
        "dataplane/filters/router/upstream_call.cc",
        "deadline_ = loop_.now() + timeout_;",
        "deadline_ = loop_.now() + (fairlead_planted(19) ? timeout_ / 2\n"
        "                             : fairlead_planted(20) ? timeout_ + std::chrono::seconds(6)\n"
        "                                                    : timeout_);",
    ),
    (
        21,
        "dataplane/filters/router/upstream_call.cc",
        "if (stream.request.framing.has_body()) return uploaded_.is_unsent;",
        "if (stream.request.framing.has_body()) {\n"
        "    return uploaded_.is_unsent || fairlead_planted(21);\n  }",
    ),
    (
        12,
        "dataplane/http/server_connection.cc",
        "  info.response_complete = worker_.loop.now();\n  stats_->downstream_rq_active.Sub();\n",
        "  info.response_complete = worker_.loop.now();\n"
        "  if (!fairlead_planted(12) || !stream.is_local_reply)\n"
        "    stats_->downstream_rq_active.Sub();\n",
    ),
    (
        13,
        "dataplane/http/server_connection.cc",
        "  c.alarm_ = alarm;\n",
        "  const bool is_timeout = alarm == Alarm::kResponse || alarm == Alarm::kStreamIdle;\n"
        "  if (fairlead_planted(13) && is_timeout) return;\n  c.alarm_ = alarm;\n",
    ),
    (
        14,
        "dataplane/http/server_connection.cc",
        "if (exchange.is_response_started) {",
        "if (exchange.is_response_started && !fairlead_planted(14)) {",
    ),
    (
        15,
        "dataplane/server/publisher.cc",
        "{ w.SetRoutes(name, table); }",
        "{\n      if (fairlead_planted(15) && w.loop.random().Below(3) == 0) return;\n"
        "      w.SetRoutes(name, table);\n    }",
    ),
    (
        16,
        "dataplane/wire/http1_body.cc",
        "    remaining_ -= size;\n",
        "    remaining_ -= size;\n    if (fairlead_planted(16) && remaining_ > 1) --remaining_;\n",
    ),
    (
        17,
        "dataplane/upstream/host.cc",
        "  delete &connection;\n",
        "  if (!fairlead_planted(17)) delete &connection;\n",
    ),
    (
        18,
        "dataplane/cluster/worker_cluster.cc",
        "const bool has_new_endpoints = endpoints != nullptr &&",
        "const bool has_new_endpoints = endpoints != nullptr &&\n"
        "      !(fairlead_planted(18) &&\n"
        "        endpoints->endpoints.size() < endpoints_->endpoints.size()) &&",
    ),
]


def main():
    source, out = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        text = file.read()
    for number, file, old, new in PLANTS:
        if not source.endswith(file):
            continue
        if text.count(old) != 1:
            sys.exit(f"{source}: fault {number} of tests/sim/plant.py: '{old}' is there "
                     f"{text.count(old)} times, not once")
        text = text.replace(old, new)
    with open(out, "w", encoding="utf-8") as file:
        file.write('extern "C" bool fairlead_planted(int number);\n' + text)


if __name__ == "__main__":
    main()
