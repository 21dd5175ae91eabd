"""What connection managers do to heads: edits with command operators, whose request it is, paths,
names, limits, local replies."""

from allowed import Allowed
from config import Case, Config, TYPES, filter_of, get, raw
from messages import status
from support.upstream import HANG

_XFF = f"{TYPES}http.original_ip_detection.xff.v3.XffConfig"
_CUSTOM = f"{TYPES}http.original_ip_detection.custom_header.v3.CustomHeaderConfig"
_UUID = f"{TYPES}request_id.uuid.v3.UuidRequestIdConfig"


def _add(key, value, action="APPEND_IF_EXISTS_OR_ADD", **more):
    return {"header": {"key": key, "value": value}, "append_action": action, **more}


_ROUTES = [
    {"match": {"prefix": "/direct"}, "direct_response": {"status": 200}},
    {
        "match": {"prefix": "/teapot"},
        "direct_response": {"status": 418, "body": {"inline_string": "tea"}},
    },
    {"match": {"prefix": "/redirect"}, "redirect": {"path_redirect": "/there"}},
    {"match": {"prefix": "/dead"}, "route": {"cluster": "dead"}},
    {"match": {"prefix": "/slow"}, "route": {"cluster": "a", "timeout": "0.3s"}},
    {"match": {"prefix": "/missing"}, "route": {"cluster": "missing"}},
    {"match": {"prefix": "/"}, "route": {"cluster": "a"}},
]


def _table(routes=None, domains=("*",), host=None, **more):
    virtual_host = {"name": "all", "domains": list(domains), "routes": routes or _ROUTES}
    return {
        "name": "hcm",
        "validate_clusters": False,
        "virtual_hosts": [virtual_host | (host or {})],
        **more,
    }


_OPERATORS = {
    "x-remote": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "x-direct": "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%",
    "x-local": "%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%",
    "x-ask": "<%REQ(x-in)%>",
    "x-ask-short": "%REQ(x-in):3%",
    "x-ask-other": "%REQ(x-none?x-in)%",
    "x-ask-none": "%REQ(x-none)%",
    "x-ask-empty": "[%REQ(x-none)%]",
    "x-method": "%REQ(:METHOD)% %REQ(:path)% %REQ(:AUTHORITY)% %REQ(:scheme)%",
    "x-protocol": "%PROTOCOL%",
    "x-percent": "100%% of %PROTOCOL%",
    "x-up-protocol": "[%UPSTREAM_PROTOCOL%]",
    "x-cluster": "[%UPSTREAM_CLUSTER%]",
    "x-up-address": "[%UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%]",
    "x-code": "[%RESPONSE_CODE%]",
    "x-code-details": "[%RESPONSE_CODE_DETAILS%]",
    "x-flags": "[%RESPONSE_FLAGS%]",
    "x-flags-long": "[%RESPONSE_FLAGS_LONG%]",
    "x-received": "[%BYTES_RECEIVED%]",
    "x-sent": "[%BYTES_SENT%]",
    "x-attempts": "[%UPSTREAM_REQUEST_ATTEMPT_COUNT%]",
    "x-route": "[%ROUTE_NAME%]",
    "x-path": "%PATH% %PATH(NQ)% %PATH(WQ:PATH)%",
    "x-path-original": "[%PATH(WQ:ORIG)%]",
    "x-query": "[%QUERY_PARAMS%]",
    "x-query-of": "[%QUERY_PARAM(k)%]",
    "x-query-short": "[%QUERY_PARAM(k):2%]",
    "x-environment": "[%ENVIRONMENT(FAIRLEAD_NOT_SET)%]",
    "x-requested": "[%REQUEST_HEADER(x-in)%]",
    "x-answered": "[%RESP(x-upstream)%]",
    "x-reply-body": "[%LOCAL_REPLY_BODY%]",
}

_ACTIONS = [
    _add("x-appended", "new"),
    _add("x-absent", "new", "ADD_IF_ABSENT"),
    _add("x-over", "new", "OVERWRITE_IF_EXISTS_OR_ADD"),
    _add("x-over-only", "new", "OVERWRITE_IF_EXISTS"),
    _add("x-kept-empty", "", keep_empty_value=True),
    _add("x-empty", ""),
    _add("x-made-empty", "%REQ(x-none)%", keep_empty_value=True),
    {"header": {"key": "x-old-append", "value": "new"}, "append": True},
    {"header": {"key": "x-old-set", "value": "new"}, "append": False},
    _add("user-agent", "more"),
    _add("x-forwarded-for", "192.0.2.99"),
    _add("cookie", "c=1"),
]

_LEVELS = {
    level: {
        "request_headers_to_add": [
            _add("x-level", level),
            _add("x-set", f"{level} %REQ(x-set)%", "OVERWRITE_IF_EXISTS_OR_ADD"),
        ],
        "request_headers_to_remove": [f"x-gone-{level}"],
        "response_headers_to_add": [_add("x-level", level), _add("x-once", level, "ADD_IF_ABSENT")],
        "response_headers_to_remove": [f"x-away-{level}"],
    }
    for level in ("route", "host", "table")
}

_INNER = {"address_prefix": "10.0.0.0", "prefix_len": 8}
_LOOPBACK = {"address_prefix": "127.0.0.0", "prefix_len": 8}


def _levels(**more):
    route = {"match": {"prefix": "/"}, "route": {"cluster": "a"}} | _LEVELS["route"]
    direct = {"match": {"prefix": "/direct"}, "direct_response": {"status": 200}}
    return {
        "route_config": _table([direct | _LEVELS["route"], route], host=_LEVELS["host"])
        | _LEVELS["table"]
        | more
    }




def _status_is(code):
    comparison = {"op": "EQ", "value": {"default_value": code, "runtime_key": "none"}}
    return {"status_code_filter": {"comparison": comparison}}


# Fields of connection managers.
_MANAGERS = {
    "operators": {
        "route_config": _table(
            [
                {
                    "match": {"prefix": "/rewrite"},
                    "name": "rewriting",
                    "route": {"cluster": "a", "prefix_rewrite": "/new"},
                },
                *_ROUTES,
            ],
            request_headers_to_add=[_add(k, v) for k, v in _OPERATORS.items()],
            response_headers_to_add=[_add(f"r{k}", v) for k, v in _OPERATORS.items()],
        )
    },
    "actions": {
        "route_config": _table(
            request_headers_to_add=_ACTIONS,
            request_headers_to_remove=["x-gone", "x-envoy-expected-rq-timeout-ms"],
            response_headers_to_add=[
                *_ACTIONS[:9],
                _add("server", "edited", "OVERWRITE_IF_EXISTS_OR_ADD"),
                _add("date", "edited", "ADD_IF_ABSENT"),
            ],
            response_headers_to_remove=["x-upstream", "x-envoy-upstream-service-time"],
        )
    },
    "levels": _levels(),
    "levels-turned": _levels(most_specific_header_mutations_wins=True),
    "edge": {"use_remote_address": True},
    "edge-hops": {"use_remote_address": True, "xff_num_trusted_hops": 1},
    "inner-hops": {"xff_num_trusted_hops": 1},
    "trusting": {
        "use_remote_address": True,
        "skip_xff_append": True,
        "preserve_external_request_id": True,
        "always_set_request_id_in_response": True,
    },
    "internal": {
        "use_remote_address": True,
        "internal_address_config": {"cidr_ranges": [_LOOPBACK]},
        "add_user_agent": True,
    },
    "internal-by-xff": {"internal_address_config": {"cidr_ranges": [_INNER]}},
    "detect-xff": {
        "original_ip_detection_extensions": [
            filter_of("xff", _XFF, xff_num_trusted_hops=1, skip_xff_append=False)
        ]
    },
    "detect-header": {
        "original_ip_detection_extensions": [
            filter_of(
                "custom",
                _CUSTOM,
                header_name="x-real-ip",
                allow_extension_to_set_address_as_trusted=True,
                reject_with_status={"code": 401},
            )
        ],
        "internal_address_config": {"cidr_ranges": [_INNER]},
    },
    "names": {
        "server_name": "gate",
        "server_header_transformation": "APPEND_IF_ABSENT",
        "via": "gate-1",
        "request_id_extension": {"typed_config": {"@type": _UUID, "pack_trace_reason": False}},
        "add_user_agent": True,
    },
    "pass-through": {
        "server_header_transformation": "PASS_THROUGH",
        "scheme_header_transformation": {"scheme_to_overwrite": "https"},
        "strip_matching_host_port": True,
        "generate_request_id": False,
    },
    "paths": {
        "normalize_path": True,
        "merge_slashes": True,
        "path_with_escaped_slashes_action": "UNESCAPE_AND_REDIRECT",
    },
    "paths-reject": {
        "normalize_path": True,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        "strip_any_host_port": True,
        "strip_trailing_host_dot": True,
        "common_http_protocol_options": {"headers_with_underscores_action": "REJECT_REQUEST"},
    },
    "paths-forward": {
        "path_with_escaped_slashes_action": "UNESCAPE_AND_FORWARD",
        "merge_slashes": True,
        "common_http_protocol_options": {"headers_with_underscores_action": "DROP_HEADER"},
    },
    "limits": {
        "max_request_headers_kb": 2,
        "common_http_protocol_options": {
            "max_headers_count": 12,
            "max_requests_per_connection": 2,
        },
        "http_protocol_options": {
            "accept_http_10": True,
            "default_host_for_http_10": "old.test",
        },
    },
    "waits": {
        "request_headers_timeout": "0.3s",
        "stream_idle_timeout": "0.4s",
        "common_http_protocol_options": {"max_stream_duration": "0.6s"},
    },
    "waits-body": {"request_timeout": "0.3s"},
    "duration": {
        "common_http_protocol_options": {"max_stream_duration": "0.3s"},
        "strip_trailing_host_dot": True,
        "route_config": _table(
            response_headers_to_add=[_add("x-edited", "%RESPONSE_CODE% %RESPONSE_CODE_DETAILS%")]
        ),
    },
    "replies": {
        "local_reply_config": {
            "mappers": [
                {
                    "filter": _status_is(404),
                    "status_code": 410,
                    "body": {"inline_string": "gone %RESPONSE_CODE%"},
                    "headers_to_add": [
                        _add("x-mapped", "%RESPONSE_CODE% %RESPONSE_CODE_DETAILS%"),
                        _add("x-edited", "mapped", "OVERWRITE_IF_EXISTS_OR_ADD"),
                    ],
                },
                {
                    "filter": {"response_flag_filter": {"flags": ["UF"]}},
                    "body_format_override": {
                        "json_format": {
                            "code": "%RESPONSE_CODE%",
                            "body": "%LOCAL_REPLY_BODY%",
                            "path": "%REQ(:path)%",
                            "none": "%REQ(x-none)%",
                        }
                    },
                },
                {
                    "filter": {
                        "header_filter": {
                            "header": {"name": "x-want", "string_match": {"exact": "nothing"}}
                        }
                    },
                    "body": {"inline_string": ""},
                    "status_code": 499,
                },
                {
                    "filter": _status_is(418),
                    "body_format_override": {
                        "text_format_source": {"inline_string": "<%LOCAL_REPLY_BODY%>\n"},
                        "content_type": "text/html",
                    },
                },
            ],
            "body_format": {
                "text_format_source": {
                    "inline_string": "%LOCAL_REPLY_BODY%:%RESPONSE_CODE%:%REQ(:path)%"
                }
            },
        },
        "route_config": _table(
            domains=["h.test"], response_headers_to_add=[_add("x-edited", "[%RESPONSE_CODE%]")]
        ),
    },
    "replies-empty": {
        "local_reply_config": {
            "mappers": [
                {
                    "filter": _status_is(418),
                    "body_format_override": {
                        "text_format_source": {"inline_string": "%REQ(x-none)%"},
                        "omit_empty_values": True,
                    },
                }
            ]
        }
    },
}

_XFF_LISTS = {
    "none": [],
    "one": ["x-forwarded-for: 192.0.2.1"],
    "two": ["x-forwarded-for: 192.0.2.1, 198.51.100.2"],
    "three with spaces": ["x-forwarded-for: 192.0.2.1,  198.51.100.2 ,203.0.113.3"],
    "two fields": ["x-forwarded-for: 192.0.2.1", "x-forwarded-for: 198.51.100.2"],
    "an inner address": ["x-forwarded-for: 10.1.2.3"],
    "two inner addresses": ["x-forwarded-for: 10.1.2.3, 10.1.2.4"],
    "junk": ["x-forwarded-for: who knows"],
    "IPv6": ["x-forwarded-for: 2001:db8::1"],
    "a port": ["x-forwarded-for: 192.0.2.1:4711"],
    "loopback": ["x-forwarded-for: 127.0.0.1"],
    "proto": ["x-forwarded-proto: https"],
    "port and host": ["x-forwarded-port: 99", "x-forwarded-host: other.test"],
}
_SENT = [
    "x-envoy-internal: true",
    "x-envoy-external-address: 192.0.2.77",
    "x-envoy-downstream-service-cluster: theirs",
    "x-envoy-downstream-service-node: node",
    "x-envoy-expected-rq-timeout-ms: 12",
    "x-envoy-upstream-alt-stat-name: alt",
    "x-envoy-decorator-operation: op",
    "x-envoy-force-trace: true",
    "x-envoy-original-path: /none",
    "x-envoy-original-host: none.test",
    "x-envoy-attempt-count: 7",
    "x-envoy-ip-tags: tag",
    "x-envoy-retriable-status-codes: 418",
    "x-envoy-retriable-header-names: x-a",
    "x-envoy-hedge-on-per-try-timeout: true",
    "x-envoy-something-else: kept",
    "x-envoy-is-timeout-retry: true",
    "x-envoy-peer-metadata: m",
    "x-envoy-original-dst-host: 127.0.0.1:1",
    "x-envoy-original-url: http://a.test/",
    "x-envoy-max-retries: 2",
    "x-envoy-retry-on: 5xx",
    "x-forwarded-client-cert: By=a",
    "x-request-id: 11111111-2222-4333-8444-555555555555",
    "user-agent: cases",
]

_PATHS = [
    "/a/../b",
    "/a/./b/.",
    "/..",
    "/../a",
    "/a/%2e%2e/b",
    "/a/%2E/b",
    "/a%2fb",
    "/a%5Cb%2f",
    "/a\\b",
    "//a///b",
    "/a//../b",
    "/%61dmin",
    "/%7Euser/%2Dx",
    "/a%20b",
    "/a%zz",
    "/a%",
    "/a%00b",
    "/a;x/..;/b",
    "/..;/b",
    "/a/..%2fb",
    "/a%252fb",
    "/a?x=%2f//../b",
    "/a%2fb?x=y#z",
    "/%c0%ae",
    "/a/b/../../..",
    "/\u00e9",
    '/a"<>{}|^`b',
    "/a[b]'c",
    "/a/.;/b",
    "/a/..;y=1/b",
    "/a/..;",
    "/a/%2e%2e;x/b",
    "/a/...;/b",
    "/a/;../b",
    "/a/..%3b/b",
    "/a%5c..%5cb",
    "/a%2e%2e",
    "/a%23b%3fc%7f",
    "/a?b#c",
    "/.",
    "/a/%2e",
]


def _at(manager, name, request, **more):
    """A case of the connection manager of that name."""
    return manager, Case(name, request, **more)


def _get(path="/", *fields, host="h.test", **more):
    return get(path, host, *fields, **more)


OPERATOR_CASES = [
    _at("operators", "of a request", _get("/some?k=va%20lue&k=2&l", "x-in: inside", "x-in: two")),
    _at("operators", "without any values", _get("/some")),
    _at("operators", "after a rewrite", _get("/rewrite/x?k=1")),
    _at("operators", "of a local reply", _get("/teapot?k=")),
    _at("operators", "of a redirect", _get("/redirect?k")),
    _at("operators", "of an upstream that refuses", _get("/dead")),
    _at("operators", "of a cluster that is missing", _get("/missing")),
    _at("operators", "of a timeout", _get("/slow", "x-answer: hang")),
    _at(
        "operators",
        "of a body",
        _get("/some", "content-length: 3", method="POST", body=b"abc"),
    ),
    _at("actions", "on nothing", _get("/")),
    _at(
        "actions",
        "on what is there",
        _get(
            "/",
            "x-appended: old",
            "x-absent: old",
            "x-over: old",
            "x-over: older",
            "x-over-only: old",
            "x-old-append: old",
            "x-old-set: old",
            "user-agent: cases",
            "x-forwarded-for: 192.0.2.1",
            "cookie: a=1",
            "x-gone: 1",
            "X-Gone: 2",
        ),
    ),
    _at("actions", "on a local reply", _get("/teapot")),
    _at("actions", "on fields of the upstream", _get("/", "x-answer: edits")),
    *[
        _at(
            listener,
            name,
            _get(path, "x-answer: edits", "x-set: sent", "x-gone-route: 1", "x-gone-table: 1"),
        )
        for listener in ("levels", "levels-turned")
        for name, path in (("forwarded", "/"), ("answered here", "/direct"))
    ],
]

ADDRESS_CASES = [
    *[
        _at(listener, f"X-Forwarded-For {name}", _get("/", *fields))
        for listener in (
            "edge",
            "edge-hops",
            "inner-hops",
            "trusting",
            "internal",
            "internal-by-xff",
            "detect-xff",
        )
        for name, fields in _XFF_LISTS.items()
    ],
    *[
        _at(listener, "what clients must not set", _get("/", *_SENT))
        for listener in ("edge", "edge-hops", "inner-hops", "trusting", "internal", "names")
    ],
    *[
        _at("internal-by-xff", f"{who} sets fields", _get("/", f"x-forwarded-for: {ip}", *_SENT))
        for who, ip in (("inner caller", "10.1.1.1"), ("outer caller", "9.1.1.1"))
    ],
    _at("detect-header", "found", _get("/", "x-real-ip: 192.0.2.5")),
    _at("detect-header", "found an inner one", _get("/", "x-real-ip: 10.0.0.5", *_SENT)),
    _at("detect-header", "found IPv6", _get("/", "x-real-ip: 2001:db8::5")),
    _at("detect-header", "missing", _get("/")),
    _at("detect-header", "junk", _get("/", "x-real-ip: nobody")),
]

NAME_CASES = [
    _at("names", "an upstream with a server", _get("/", "x-answer: own-fields")),
    _at("names", "an upstream with via", _get("/", "x-answer: edits", "via: 1.1 before")),
    _at("names", "a local reply", _get("/teapot")),
    _at("names", "with a user agent", _get("/", "user-agent: cases")),
    _at("names", "without a user agent", _get("/")),
    _at("names", "with an empty user agent", _get("/", "user-agent:")),
    _at("names", "with a request id", _get("/", "x-request-id: mine")),
    _at("internal", "without a user agent", _get("/")),
    _at("trusting", "a local reply with a request id", _get("/teapot", "x-request-id: mine")),
    _at("trusting", "a local reply without one", _get("/teapot")),
    _at("trusting", "an upstream's request id", _get("/", "x-answer: edits", "x-request-id: mine")),
    _at("pass-through", "an upstream with a server", _get("/", "x-answer: own-fields")),
    _at("pass-through", "an upstream without one", _get("/")),
    _at("pass-through", "a local reply", _get("/teapot")),
    _at("pass-through", "a request id", _get("/", "x-request-id: mine")),
    _at("pass-through", "a redirect", _get("/redirect")),
    _at("pass-through", "absolute form", _get("http://h.test/x")),
    _at("pass-through", "the listener's port in Host", _get("/", host="h.test:$PORT")),
    _at("pass-through", "another port in Host", _get("/", host="h.test:81")),
    _at("pass-through", "a dot at the end of Host", _get("/", host="h.test.")),
    *[
        _at("paths-reject", f"Host {host}", _get("/", host=host))
        for host in ("h.test:80", "h.test.", "h.test.:80", "[::1]:80", "[::1]")
    ],
    *[
        _at("paths-reject", f"Host {host}", _get("/", host=host), strict=True)
        for host in ("h.test:", "h.test:x")
    ],
    _at("paths-reject", "an underscore in a name", _get("/", "x_a: 1")),
    _at("paths-reject", "no underscore", _get("/", "x-a: 1_2")),
    _at("paths-forward", "an underscore in a name", _get("/", "x_a: 1", "x-b: 2")),
]

PATH_CASES = [
    _at(
        listener,
        f"path {path.encode('ascii', 'backslashreplace').decode()}",
        _get(path),
        strict="#" in path,
    )
    for listener in ("paths", "paths-reject", "paths-forward")
    for path in _PATHS
]

LIMIT_CASES = [
    _at("limits", "just few enough fields", _get("/", *[f"x-{i}: 1" for i in range(11)])),
    _at("limits", "one field too many", _get("/", *[f"x-{i}: 1" for i in range(12)])),
    _at("limits", "a large field", _get("/", "x-a: " + "a" * 1900)),
    _at("limits", "too large a field", _get("/", "x-a: " + "a" * 2100)),
    _at("limits", "a long path", _get("/" + "a" * 1900)),
    _at("limits", "too long a path", _get("/" + "a" * 2100)),
    _at("limits", "two requests are the last", _get("/") * 2, finals=2),
    _at("limits", "three requests", _get("/") * 3, finals=2),
    _at("limits", "HTTP/1.0", _get("/", version="1.0")),
    _at("limits", "HTTP/1.0 kept alive", _get("/", "connection: keep-alive", version="1.0")),
    _at("limits", "HTTP/1.0 without Host", raw("GET / HTTP/1.0")),
    _at("waits", "half a head", b"GET / HTTP/1.1\r\nhost: h"),
    _at("waits", "an upstream that does not answer", _get("/", "x-answer: hang")),
    _at(
        "waits",
        "half a body",
        _get("/", "content-length: 10", method="POST", body=b"abc"),
    ),
    _at(
        "waits-body",
        "half a body",
        _get("/", "content-length: 10", method="POST", body=b"abc"),
    ),
    _at("duration", "an upstream that does not answer", _get("/", "x-answer: hang")),
    _at("duration", "one that answers", _get("/")),
    _at("duration", "a cluster that is missing", _get("/missing")),
    _at("duration", "one that refuses", _get("/dead")),
    _at("duration", "a redirect", _get("/redirect")),
    _at("duration", "a dot at the end of Host", _get("/", host="h.test.")),
    _at("duration", "a dot before a port", _get("/", host="h.test.:80")),
    _at("edge", "a redirect for HEAD", _get("/redirect", method="HEAD"), methods=("HEAD",)),
    _at("edge", "an answer for HEAD", _get("/direct", method="HEAD"), methods=("HEAD",)),
    _at("edge", "a body for HEAD", _get("/teapot", method="HEAD"), methods=("HEAD",)),
    _at("edge", "a missing cluster for HEAD", _get("/missing", method="HEAD"), methods=("HEAD",)),
    _at("edge", "absolute form", _get("http://other.test/x")),
    _at("edge", "absolute form of https", _get("https://other.test/x")),
]

REPLY_CASES = [
    _at("replies", "no route", _get("/x", host="none.test")),
    _at("replies", "a direct response", _get("/direct")),
    _at("replies", "a direct response for HEAD", _get("/direct", method="HEAD"), methods=("HEAD",)),
    _at("replies", "a direct response of another type", _get("/teapot")),
    _at("replies", "a direct response that is emptied", _get("/teapot", "x-want: nothing")),
    _at("replies", "an upstream that refuses", _get("/dead")),
    _at("replies", "a missing cluster", _get("/missing")),
    _at("replies", "a redirect", _get("/redirect")),
    _at("replies", "a timeout", _get("/slow", "x-answer: hang")),
    _at("replies", "an upstream's response", _get("/")),
    _at("replies", "an upstream's error", _get("/", "x-answer: error")),
    _at("replies", "a malformed request", _get("/", "x-bad : 1")),
    _at("replies", "a path with a fragment", _get("/a#b"), strict=True),
    _at("replies-empty", "an empty format", _get("/teapot")),
    _at("replies-empty", "no mapper", _get("/direct")),
    _at("replies-empty", "no mapper for a text", _get("/dead")),
    *[
        _at(
            listener,
            f"a redirect with X-Forwarded-Proto {proto}",
            _get("/redirect", f"x-forwarded-proto: {proto}"),
        )
        for listener in ("edge", "inner-hops", "pass-through")
        for proto in ("https", "HTTPS", "ftp")
    ],
]

ANSWERS = {
    "edits": [
        b"HTTP/1.1 200 OK\r\nx-level: upstream\r\nx-once: upstream\r\nx-away-route: 1\r\n"
        b"x-away-host: 1\r\nx-appended: old\r\nx-absent: old\r\nx-over: old\r\nx-over: older\r\n"
        b"x-over-only: old\r\nvia: 1.1 behind\r\nx-request-id: theirs\r\nserver: mine\r\n"
        b"content-length: 2\r\n\r\nhi"
    ],
    "own-fields": status(
        200, "server: mine", "date: Thu, 01 Jan 1970 00:00:00 GMT", "content-length: 2", body=b"hi"
    ),
    "error": status(503, "content-length: 3", "retry-after: 5", body=b"no\n"),
    "hang": [HANG],
}

ALLOWED = [
    Allowed(
        "hcm *for HEAD",
        "header transfer-encoding",
        "framing is each hop's own; a response to HEAD has none (RFC 9112 section 6.1)",
    ),
    Allowed(
        "hcm *: X-Forwarded-For two fields",
        "upstream header x-forwarded-for",
        "several fields of a name go on as they came (RFC 9110 section 5.3)",
    ),
    Allowed(
        "hcm paths*: path /a/%2e%2e;x/b",
        "upstream line",
        "dots that are encoded and have parameters are dots: many servers drop parameters first",
    ),
]

_CASES = [
    *OPERATOR_CASES,
    *ADDRESS_CASES,
    *NAME_CASES,
    *PATH_CASES,
    *LIMIT_CASES,
    *REPLY_CASES,
]

CONFIGS = [
    Config(
        f"hcm {name}",
        [case for manager_name, case in _CASES if manager_name == name],
        manager={"route_config": _table(), **manager},
        answers=ANSWERS,
    )
    for name, manager in _MANAGERS.items()
]
