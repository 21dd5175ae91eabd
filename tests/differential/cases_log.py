"""What access logs say: every command operator whose value neither the clock nor chance decides, in
JSON with its type and in text."""

from config import Config, cluster, get, route_config, to
from messages import CHUNKED, OK, UPSTREAM_HTTP

FILE_LOG = "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog"

SIDES = ("DOWNSTREAM_REMOTE", "DOWNSTREAM_DIRECT_REMOTE", "DOWNSTREAM_LOCAL", "UPSTREAM_LOCAL")
OPERATORS = [
    "ACCESS_LOG_TYPE",
    "FILTER_CHAIN_NAME",
    "LISTENER_NAME",
    "ROUTE_NAME",
    "VIRTUAL_CLUSTER_NAME",
    "PROTOCOL",
    "UPSTREAM_PROTOCOL",
    "RESPONSE_CODE",
    "RESPONSE_CODE_DETAILS",
    "RESPONSE_FLAGS",
    "RESPONSE_FLAGS_LONG",
    "CONNECTION_TERMINATION_DETAILS",
    "UPSTREAM_TRANSPORT_FAILURE_REASON",
    "DOWNSTREAM_TRANSPORT_FAILURE_REASON",
    "UPSTREAM_REQUEST_ATTEMPT_COUNT",
    "UPSTREAM_CLUSTER",
    "UPSTREAM_CLUSTER_RAW",
    "UPSTREAM_HOST",
    "UPSTREAM_HOST_NAME",
    "UPSTREAM_HOST_NAME_WITHOUT_PORT",
    "UPSTREAM_HOSTS_ATTEMPTED",
    "UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT",
    "UPSTREAM_HOST_NAMES_ATTEMPTED",
    "UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT",
    "UPSTREAM_REMOTE_ADDRESS",
    "UPSTREAM_REMOTE_PORT",
    "DOWNSTREAM_LOCAL_PORT",
    "DOWNSTREAM_DIRECT_LOCAL_ADDRESS",
    *[f"{side}_ADDRESS_WITHOUT_PORT" for side in SIDES],
    *[f"{side}_ADDRESS_WITHOUT_PORT(12)" for side in SIDES],
    "UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(99)",
    "BYTES_RECEIVED",
    "BYTES_SENT",
    "REQUEST_HEADERS_BYTES",
    "RESPONSE_HEADERS_BYTES",
    "RESPONSE_TRAILERS_BYTES",
    *[
        f"{side}_{what}_{way}"
        for side in ("DOWNSTREAM", "UPSTREAM")
        for what in ("WIRE_BYTES", "HEADER_BYTES", "DECOMPRESSED_HEADER_BYTES")
        for way in ("RECEIVED", "SENT")
    ],
    "BYTES_RETRANSMITTED",
    "PACKETS_RETRANSMITTED",
    "ROUNDTRIP_DURATION",
    "REQUESTED_SERVER_NAME",
    "REQUESTED_SERVER_NAME(SNI_FIRST)",
    "REQUESTED_SERVER_NAME(HOST_FIRST:ORIG)",
    "CUSTOM_FLAGS",
    "TRACE_ID",
    "SPAN_ID",
    "FILTER_STATE(x)",
    "UPSTREAM_FILTER_STATE(x)",
    "DYNAMIC_METADATA(a.b:k)",
    "DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID",
    "UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID",
    "LOCAL_REPLY_BODY",
    "TRAILER(X-SUM)",
    "RESPONSE_TRAILER(X-NO?X-SUM):2",
    "REQ(:PATH?X-NO):4",
    "RESP(X-NO?CONTENT-LENGTH)",
    "PATH(NQ)",
    "PATH(WQ:ORIG)",
    "QUERY_PARAM(q):2",
    "QUERY_PARAMS",
    "QUERY_PARAMS(DECODED)",
    "QUERY_PARAMS:4",
    'COALESCE({"operators":["REQUESTED_SERVER_NAME",{"command":"REQ","param":":authority"}]})',
    'COALESCE({"operators":[{"command":"REQ","param":"X-NO"},"RESPONSE_CODE"]})',
    'COALESCE({"operators":[{"command":"REQ","param":":authority","max_length":3}]}):2',
    *[
        f"METADATA({resource}:a.b:k)"
        for resource in (
            "ROUTE",
            "CLUSTER",
            "UPSTREAM_HOST",
            "LISTENER",
            "LISTENER_FILTER_CHAIN",
            "VIRTUAL_HOST",
            "DYNAMIC",
        )
    ],
    "CLUSTER_METADATA(a.b:k)",
    "UPSTREAM_METADATA(a.b:k)",
    *[f"METADATA(ROUTE:a.b{rest}" for rest in (")", ":n)", ":t)", ":z)", ":l)", ":o)")],
    "METADATA(ROUTE:a.b:o:i:j)",
    "METADATA(ROUTE:a.b:o):3",
    "METADATA(ROUTE:a.b:n):0",
    "METADATA(ROUTE:a.b:s):2",
]


DIRECT = {"status": 202, "body": {"inline_string": "yes"}}
LENGTH = "content-length: 3"


def metadata(**values):
    return {"filter_metadata": {"a.b": values}}


def access_log(log_format):
    return {
        "name": "file",
        "typed_config": {"@type": FILE_LOG, "path": "$ACCESS_LOG", "log_format": log_format},
    }


def as_json(**options):
    members = {operator: f"%{operator}%" for operator in OPERATORS}
    return access_log({"json_format": {"agent": "%REQ(USER-AGENT)%", **members}, **options})


def as_text():
    # Ports are known by the colon before them.
    values = " | ".join(
        f"{':' if operator.endswith('_PORT') else ''}%{operator}%" for operator in OPERATORS
    )
    line = f'"%REQ(USER-AGENT)%" {values}\n'
    return access_log({"text_format_source": {"inline_string": line}})


def manager(log):
    inner = {"k": "route", "n": 5, "t": True, "z": None, "l": [1, "x"], "s": 'a"b'}
    inner["o"] = {"z": 1, "i": {"j": "deep"}}
    routes = [
        {"match": {"prefix": "/direct"}, "direct_response": DIRECT},
        to("dead", "/dead"),
        to("nobody", "/nobody"),
        to("a", "/slow", timeout="0.3s"),
        to("a", "/rewritten", prefix_rewrite="/new"),
        {**to("a"), "name": "plain", "metadata": metadata(**inner)},
    ]
    config = route_config(routes)
    config["virtual_hosts"][0]["metadata"] = metadata(k="virtual host")
    posts = [{"name": ":method", "string_match": {"exact": "POST"}}]
    config["virtual_hosts"][0]["virtual_clusters"] = [{"name": "posts", "headers": posts}]
    return {
        "http_protocol_options": {"enable_trailers": True},
        "access_log": [log],
        "route_config": config,
    }


CLUSTER = cluster(
    "a",
    "$A_PORT",
    alt_stat_name="other_a",
    metadata=metadata(k="cluster"),
    typed_extension_protocol_options={
        UPSTREAM_HTTP: {
            "@type": f"type.googleapis.com/{UPSTREAM_HTTP}",
            "explicit_http_config": {"http_protocol_options": {"enable_trailers": True}},
        }
    },
)
ENDPOINT = CLUSTER["load_assignment"]["endpoints"][0]["lb_endpoints"][0]
ENDPOINT["metadata"] = metadata(k="host")
ENDPOINT["endpoint"]["hostname"] = "host.name:99"

ANSWERS = {
    "trailers": [CHUNKED + b"3\r\nabc\r\n0\r\nx-sum: 12345\r\n\r\n"],
    "chunked": [CHUNKED + b"3;ext\r\nabc\r\n0\r\n\r\n"],
    "until close": [OK + b"x-one: 1\r\n\r\nabcde", "close"],
    "hang": ["hang"],
}


def request(name, path="/x", *fields, **options):
    return get(path, "h.test:80", f"user-agent: logged {name}", *fields, **options)


LOGGED = {
    "plain": request("plain", "/x?q=%41bc&r=%20"),
    "with a length": request("with a length", "/x", LENGTH, method="POST", body=b"abc"),
    "with chunks": request(
        "with chunks",
        "/x",
        "transfer-encoding: chunked",
        method="POST",
        body=b"3\r\nabc\r\n0\r\n\r\n",
    ),
    "head": request("head", "/x", method="HEAD"),
    "trailers": request("trailers", "/x", "x-answer: trailers"),
    "chunked": request("chunked", "/x", "x-answer: chunked"),
    "until close": request("until close", "/x", "x-answer: until close"),
    "rewritten": request("rewritten", "/rewritten/x?q=1"),
    "refused": request("refused", "/dead"),
    "no endpoint": request("no endpoint", "/nobody"),
    "direct": request("direct", "/direct"),
    "timeout": request("timeout", "/slow", "x-answer: hang"),
}


def config(name, log):
    return Config(
        name,
        manager=manager(log),
        listener={"metadata": metadata(k="listener")},
        clusters=[CLUSTER],
        answers=ANSWERS,
        cases=[],
        logged=LOGGED,
    )


CONFIGS = [
    config("log json", as_json()),
    config("log json without empty values", as_json(omit_empty_values=True)),
    config("log text", as_text()),
]
