"""The route configurations of cases_routing.py; each is run by itself.

Routes that only show which one was chosen answer themselves, with their name as the body.
"""

import json
import textwrap


def says(name):
    return f"direct_response: {{status: 200, body: {{inline_string: {name}}}}}"


def _hosts(**fields):
    extra = "".join(f"{key}: {value}\n" for key, value in fields.items())
    domains = {
        "exact": ["a.test", "port.test:8080"],
        "upper": ["UPPER.test"],
        "suffix": ["*.wild.test"],
        "longer-suffix": ["*.deep.wild.test"],
        "dash-suffix": ["*-x.wild.test"],
        "prefix": ["www.*"],
        "longer-prefix": ["www.shop.*"],
        "both": ["www.shop.wild.test"],
        "any-port": ["port.*"],
        "address": ['"[::1]"', '"[::2]:80"'],
        "any": ['"*"'],
    }
    hosts = "".join(
        f"- name: {name}\n  domains: [{', '.join(_quoted(d) for d in names)}]\n"
        f"  routes: [{{match: {{prefix: /}}, {says(name)}}}]\n"
        for name, names in domains.items()
    )
    return f"{extra}virtual_hosts:\n{hosts}"


def _quoted(domain):
    return domain if domain.startswith('"') else f'"{domain}"'


def _routes(routes, **fields):
    """One virtual host for every domain; `routes` are lines of YAML, one a route."""
    extra = "".join(f"{key}: {value}\n" for key, value in fields.items())
    lines = "".join(f"  - {{{line.strip()}}}\n" for line in routes)
    return f'{extra}virtual_hosts:\n- name: all\n  domains: ["*"]\n  routes:\n{lines}'


def _matches(*matches, **fields):
    """Routes that say their number."""
    return _routes(
        [f"match: {{{match}}}, {says(f'route-{i}')}" for i, match in enumerate(matches)], **fields
    )


def _template(text):
    return (
        "path_match_policy: {name: envoy.path.match.uri_template.uri_template_matcher, "
        'typed_config: {"@type": type.googleapis.com/'
        "envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig, "
        f'path_template: "{text}"}}}}'
    )


def _template_rewrite(text):
    return (
        "path_rewrite_policy: {name: envoy.path.rewrite.uri_template.uri_template_rewriter, "
        'typed_config: {"@type": type.googleapis.com/'
        "envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig, "
        f'path_template_rewrite: "{text}"}}}}'
    )


def _header(text, path="prefix: /"):
    return f"{path}, headers: [{text}]"


HEADER_FORMS = {
    "exact": "{name: x-v, string_match: {exact: gold}}",
    "exact-nocase": "{name: x-v, string_match: {exact: GoLd, ignore_case: true}}",
    "prefix": "{name: x-v, string_match: {prefix: go}}",
    "prefix-nocase": "{name: x-v, string_match: {prefix: GO, ignore_case: true}}",
    "suffix": "{name: x-v, string_match: {suffix: ld}}",
    "suffix-nocase": "{name: x-v, string_match: {suffix: LD, ignore_case: true}}",
    "contains": "{name: x-v, string_match: {contains: ol}}",
    "contains-nocase": "{name: x-v, string_match: {contains: OL, ignore_case: true}}",
    "regex": '{name: x-v, string_match: {safe_regex: {regex: "g[a-z]+d"}}}',
    "not-exact": "{name: x-v, string_match: {exact: gold}, invert_match: true}",
    "present": "{name: x-v, present_match: true}",
    "absent": "{name: x-v, present_match: false}",
    "not-present": "{name: x-v, present_match: true, invert_match: true}",
    "range": "{name: x-v, range_match: {start: -5, end: 5}}",
    "not-range": "{name: x-v, range_match: {start: -5, end: 5}, invert_match: true}",
    "empty-exact": '{name: x-v, string_match: {exact: ""}, treat_missing_header_as_empty: true}',
    "empty-not": "{name: x-v, string_match: {exact: gold}, invert_match: true, "
    "treat_missing_header_as_empty: true}",
    "empty-present": "{name: x-v, present_match: true, treat_missing_header_as_empty: true}",
    "old-exact": "{name: x-v, exact_match: gold}",
    "old-prefix": "{name: x-v, prefix_match: go}",
    "old-suffix": "{name: x-v, suffix_match: ld}",
    "old-contains": "{name: x-v, contains_match: ol}",
    "old-regex": '{name: x-v, safe_regex_match: {regex: "g.*d"}}',
    "bare": "{name: x-v}",
    "host": "{name: host, string_match: {exact: h.test}}",
    "authority": '{name: ":authority", string_match: {exact: h.test}}',
    "path": '{name: ":path", string_match: {suffix: "?q"}}',
    "method": '{name: ":method", string_match: {exact: PUT}}',
    "scheme": '{name: ":scheme", string_match: {exact: http}}',
}

QUERY_FORMS = {
    "exact": "{name: k, string_match: {exact: v}}",
    "nocase": "{name: k, string_match: {exact: V, ignore_case: true}}",
    "prefix": "{name: k, string_match: {prefix: v}}",
    "contains": "{name: k, string_match: {contains: v}}",
    "regex": '{name: k, string_match: {safe_regex: {regex: "v+"}}}',
    "present": "{name: k, present_match: true}",
    "absent": "{name: k, present_match: false}",
    "bare": "{name: k}",
    "empty": '{name: k, string_match: {exact: ""}}',
}

ROUTES = {
    "hosts": _hosts(),
    "hosts-without-port": _hosts(ignore_port_in_host_matching="true"),
    "paths": _matches(
        "path: /exact",
        "path: /Folded, case_sensitive: false",
        "path_separated_prefix: /sep",
        "path_separated_prefix: /SEPFOLD, case_sensitive: false",
        'safe_regex: {regex: "/re/[0-9]+(/x)?"}',
        'safe_regex: {regex: "/(?i)either/.*"}',
        "prefix: /FOLD, case_sensitive: false",
        "prefix: /first/longer",
        "prefix: /first",
        "prefix: /first/longer/never",
        'path: ""',
        'path: "/semi;colon"',
        'prefix: "/a%20b"',
        'path: "*"',
    ),
    "parameters": _matches(
        "path: /exact",
        "path_separated_prefix: /sep",
        'safe_regex: {regex: "/re/[0-9]+"}',
        "prefix: /pre/fix",
        'path: "/never;x"',
        ignore_path_parameters_in_path_matching="true",
    ),
    "templates": _routes(
        [
            f"match: {{{_template('/users/{id}/posts/{post=*}')}}}, route: {{cluster: a, "
            f"{_template_rewrite('/p/{post}/of/{id}')}}}",
            f"match: {{{_template('/media/{lang=lang/*}/{file}.vtt')}}}, route: {{cluster: a, "
            f"{_template_rewrite('/{lang}/{file}')}}}",
            f"match: {{{_template('/tail/{rest=**}')}}}, route: {{cluster: a, "
            f"{_template_rewrite('/t/{rest}')}}}",
            f"match: {{{_template('/glob/*/x/**')}}}, {says('glob')}",
            f"match: {{{_template('/dot.dot/+/*')}}}, {says('marks')}",
            f"match: {{{_template('/slash/*/')}}}, {says('slash')}",
            f"match: {{{_template('/regex/{a}')}}}, route: {{cluster: a, "
            'regex_rewrite: {pattern: {regex: "/regex"}, substitution: /done}}',
            f"match: {{{_template('/m3u/**.m3u8')}}}, {says('suffix')}",
        ]
    ),
    "headers": _routes(
        [
            f"match: {{{_header(form, f'path_separated_prefix: /{name}')}}}, {says(name)}"
            for name, form in HEADER_FORMS.items()
        ]
    ),
    "queries": _routes(
        [
            f"match: {{path: /{name}, query_parameters: [{form}]}}, {says(name)}"
            for name, form in QUERY_FORMS.items()
        ]
        + [
            "match: {path: /two, query_parameters: [{name: a}, {name: b, present_match: false}]}, "
            + says("two"),
            # Forwarded: replies of its own to gRPC are another matter.
            "match: {prefix: /grpc, grpc: {}}, route: {cluster: b}",
            "match: {prefix: /share, runtime_fraction: {default_value: {numerator: 0}}}, "
            + says("none"),
            "match: {prefix: /share, runtime_fraction: {runtime_key: k, default_value: "
            f"{{numerator: 100}}}}}}, {says('all')}",
            "match: {prefix: /more, runtime_fraction: {default_value: {numerator: 200}}}, "
            + says("more"),
            "match: {prefix: /unset, runtime_fraction: {default_value: {}}}, " + says("unset"),
        ]
    ),
    "redirects": _routes(
        [
            "match: {prefix: /https}, redirect: {https_redirect: true}",
            "match: {prefix: /scheme}, redirect: {scheme_redirect: HTTPS}",
            "match: {prefix: /ftp}, redirect: {scheme_redirect: ftp}",
            "match: {prefix: /host}, redirect: {host_redirect: new.test}",
            'match: {prefix: /hostport}, redirect: {host_redirect: "new.test:81"}',
            "match: {prefix: /port}, redirect: {port_redirect: 8443}",
            "match: {prefix: /both}, redirect: {host_redirect: n.test, port_redirect: 80}",
            "match: {prefix: /path}, redirect: {path_redirect: /to}",
            'match: {prefix: /query}, redirect: {path_redirect: "/to?a=1"}',
            'match: {prefix: /qstrip}, redirect: {path_redirect: "/to?a=1", strip_query: true}',
            "match: {prefix: /strip}, redirect: {strip_query: true}",
            "match: {prefix: /prefix}, redirect: {prefix_rewrite: /new}",
            "match: {path: /whole}, redirect: {prefix_rewrite: /new}",
            'match: {safe_regex: {regex: "/re/.*"}}, redirect: {prefix_rewrite: /new}',
            "match: {path_separated_prefix: /sep}, redirect: {prefix_rewrite: /new}",
            "match: {prefix: /FOLD, case_sensitive: false}, redirect: {prefix_rewrite: /new}",
            "match: {prefix: /regex}, redirect: {regex_rewrite: {pattern: "
            '{regex: "^/regex/(.*)/(.*)$"}, substitution: "/\\\\2/\\\\1"}, strip_query: true}',
            "match: {prefix: /regnone}, redirect: {regex_rewrite: {pattern: "
            '{regex: "^/nothing"}, substitution: "/x"}}',
            "match: {prefix: /c302}, redirect: {path_redirect: /to, response_code: FOUND}",
            "match: {prefix: /c303}, redirect: {path_redirect: /to, response_code: SEE_OTHER}",
            "match: {prefix: /c307}, redirect: {path_redirect: /to, "
            "response_code: TEMPORARY_REDIRECT}",
            "match: {prefix: /c308}, redirect: {path_redirect: /to, "
            "response_code: PERMANENT_REDIRECT}",
            "match: {prefix: /edited}, redirect: {path_redirect: /to}, "
            "response_headers_to_add: [{header: {key: x-added, value: a}}]",
            "match: {prefix: /bare}, redirect: {}",
        ]
    ),
    "rewrites": _routes(
        [
            "match: {prefix: /p/}, route: {cluster: a, prefix_rewrite: /n/}",
            "match: {path_separated_prefix: /s}, route: {cluster: a, prefix_rewrite: /n}",
            "match: {prefix: /LOW, case_sensitive: false}, route: {cluster: a, prefix_rewrite: /n}",
            'match: {safe_regex: {regex: "/w/.*"}}, route: {cluster: a, prefix_rewrite: /n}',
            "match: {prefix: /x}, route: {cluster: a, regex_rewrite: {pattern: "
            '{regex: "^/x/([^/]+)/([^/]+)"}, substitution: "/\\\\2/\\\\1"}}',
            "match: {prefix: /all}, route: {cluster: a, regex_rewrite: {pattern: "
            '{regex: "l"}, substitution: "LL"}}',
            "match: {prefix: /same}, route: {cluster: a, prefix_rewrite: /same}",
            "match: {prefix: /nomatch}, route: {cluster: a, regex_rewrite: {pattern: "
            '{regex: "^/zzz"}, substitution: "/y"}}',
            "match: {prefix: /h/literal}, route: {cluster: a, host_rewrite_literal: new.test}",
            "match: {prefix: /h/header}, route: {cluster: a, host_rewrite_header: x-host}",
            "match: {prefix: /h/regex}, route: {cluster: a, host_rewrite_path_regex: {pattern: "
            '{regex: "^/h/regex/([^/]+).*$"}, substitution: "\\\\1.test"}}',
            "match: {prefix: /h/pathtoo}, route: {cluster: a, prefix_rewrite: /z, "
            'host_rewrite_path_regex: {pattern: {regex: "^/h/pathtoo/(.+)$"}, '
            'substitution: "\\\\1"}}',
            "match: {prefix: /h/xfh}, route: {cluster: a, host_rewrite_literal: new.test, "
            "append_x_forwarded_host: true}",
            "match: {prefix: /h/auto}, route: {cluster: named, auto_host_rewrite: true}",
            "match: {prefix: /h/dns}, route: {cluster: dns, auto_host_rewrite: true, "
            "append_x_forwarded_host: true}",
            "match: {prefix: /h/noname}, route: {cluster: a, auto_host_rewrite: true, "
            "append_x_forwarded_host: true}",
            "match: {prefix: /h/notauto}, route: {cluster: named, auto_host_rewrite: false, "
            "append_x_forwarded_host: true}",
        ]
    ),
    "clusters": """
internal_only_headers: [X-Inner]
metadata: {filter_metadata: {a: {b: c}}}
virtual_hosts:
- name: counted
  domains: [counted.test]
  metadata: {filter_metadata: {a: {b: c}}}
  include_request_attempt_count: true
  include_attempt_count_in_response: true
  routes:
  - match: {prefix: /dead}
    route: {cluster: dead}
  - match: {prefix: /direct}
    direct_response: {status: 200}
  - match: {prefix: /}
    route: {cluster: a}
- name: all
  domains: ["*"]
  routes:
  - match: {prefix: /header/missing}
    route: {cluster_header: x-cluster, cluster_not_found_response_code: NOT_FOUND}
  - match: {prefix: /header}
    route: {cluster_header: X-Cluster}
  - match: {prefix: /inner, headers: [{name: x-inner}]}
    direct_response: {status: 500}
  - match: {prefix: /inner}
    route: {cluster: a}
  - match: {prefix: /by-number}
    route:
      weighted_clusters:
        header_name: x-number
        runtime_key_prefix: some
        clusters:
        - {name: a, weight: 30}
        - {name: b, weight: 0}
        - {name: b, weight: 30}
        - {name: c, weight: 40}
  - match: {prefix: /total}
    route: {weighted_clusters: {total_weight: 7, clusters: [{name: a, weight: 1}]}}
  - match: {prefix: /weights/host}
    route:
      weighted_clusters:
        clusters:
        - name: b
          weight: 1
          host_rewrite_literal: weight.test
          request_headers_to_add: [{header: {key: x-w, value: "1"}}]
          request_headers_to_remove: [x-gone]
          response_headers_to_add: [{header: {key: x-r, value: "1"}}]
          response_headers_to_remove: [x-from-upstream]
  - match: {prefix: /weights/both}
    route:
      host_rewrite_literal: route.test
      append_x_forwarded_host: true
      weighted_clusters:
        clusters: [{name: b, weight: 1, host_rewrite_literal: weight.test}]
  - match: {prefix: /weights/header}
    route:
      cluster_not_found_response_code: INTERNAL_SERVER_ERROR
      weighted_clusters:
        clusters: [{cluster_header: x-cluster, weight: 1}]
  - match: {prefix: /gone/500}
    route: {cluster: gone, cluster_not_found_response_code: INTERNAL_SERVER_ERROR}
  - match: {prefix: /gone}
    route: {cluster: gone}
  - match: {prefix: /not-for-http}
    non_forwarding_action: {}
  - name: decorated
    match: {prefix: /decorated}
    metadata: {filter_metadata: {a: {b: c}}}
    decorator: {operation: op, propagate: false}
    route: {cluster: a}
""",
    "tls": """
response_headers_to_add: [{header: {key: x-config, value: "1"}}]
virtual_hosts:
- name: all
  domains: [all.test, "all.test:80", "all.test:8080"]
  require_tls: ALL
  response_headers_to_add: [{header: {key: x-host, value: "1"}}]
  routes: [{match: {path: /here}, route: {cluster: a}}]
- name: external
  domains: ["*"]
  require_tls: EXTERNAL_ONLY
  routes: [{match: {prefix: /}, route: {cluster: a}}]
""",
    "direct": """
max_direct_response_body_size_bytes: 10000
virtual_hosts:
- name: all
  domains: ["*"]
  routes:
  - match: {path: /string}
    direct_response: {status: 200, body: {inline_string: "a b\\n"}}
  - match: {path: /bytes}
    direct_response: {status: 201, body: {inline_bytes: AAEC}}
  - match: {path: /environment}
    direct_response: {status: 200, body: {environment_variable: HOME}}
  - match: {path: /file}
    direct_response: {status: 200, body: {filename: /etc/hostname}}
  - match: {path: /long}
    direct_response: {status: 200, body: {inline_string: "LONG"}}
  - match: {path: /empty}
    direct_response: {status: 503}
  - match: {path: /204}
    direct_response: {status: 204, body: {inline_string: nothing}}
  - match: {path: /304}
    direct_response: {status: 304}
  - match: {path: /599}
    direct_response: {status: 599, body: {inline_string: odd}}
  - match: {path: /typed}
    direct_response: {status: 200, body: {inline_string: "{}"}}
    response_headers_to_add:
    - header: {key: content-type, value: application/json}
      append_action: OVERWRITE_IF_EXISTS_OR_ADD
""".replace("LONG", "x" * 9000),
}



# Matcher trees are made as dictionaries: JSON is YAML.
_TYPE = "type.googleapis.com/"


def _typed(message, **fields):
    return {"name": "x", "typed_config": {"@type": _TYPE + message, **fields}}


def _input(header):
    return _typed("envoy.type.matcher.v3.HttpRequestHeaderMatchInput", header_name=header)


def _route(name, **match):
    return {
        "match": match or {"prefix": "/"},
        "direct_response": {"status": 200, "body": {"inline_string": name}},
    }


def _action(name, **match):
    return {"action": _typed("envoy.config.route.v3.Route", **_route(name, **match))}


def _list(*routes):
    return {"action": _typed("envoy.config.route.v3.RouteList", routes=list(routes))}


def _value(header, **text):
    return {"single_predicate": {"input": _input(header), "value_match": text}}


def _cases(*cases, otherwise=None):
    matchers = [{"predicate": predicate, "on_match": then} for predicate, then in cases]
    return _otherwise({"matcher_list": {"matchers": matchers}}, otherwise)


def _map(kind, source, targets, otherwise=None):
    return _otherwise({"matcher_tree": {"input": source, kind: {"map": targets}}}, otherwise)


def _otherwise(matcher, then):
    return matcher | ({"on_no_match": then} if then else {})


_X, _Y = _value("x", exact="a"), _value("y", exact="b")
TREES = {
    "list": _cases(
        (_value("x", exact="gold"), _action("exact")),
        (_value("x", prefix="SIL", ignore_case=True), _action("prefix")),
        (_value("x", suffix="ze"), _action("suffix")),
        (_value("x", contains="q"), _action("contains")),
        (_value("x", safe_regex={"google_re2": {}, "regex": "t[a-z]n"}), _action("regex")),
        (_value("x", exact="r,s"), _action("joined")),
        (_value("x", exact=""), _action("empty")),
        (_value(":path", prefix="/p"), _action("path")),
        otherwise=_action("otherwise"),
    ),
    "logic": _cases(
        ({"and_matcher": {"predicate": [_X, _Y]}}, _action("and")),
        ({"or_matcher": {"predicate": [_X, _Y]}}, _action("or")),
        ({"not_matcher": _value("z", exact="c")}, _action("not")),
    ),
    "exact": _map(
        "exact_match_map",
        _input("x"),
        {
            "a": _action("map-a"),
            "b": _list(_route("b-one", path="/one"), _route("b-two", prefix="/two")),
            "c": {"matcher": _cases((_Y, _action("c-nested")))},
            "d": {"matcher": _cases((_Y, _action("d-nested")), otherwise=_action("d-other"))},
        },
        otherwise=_action("otherwise"),
    ),
    "prefix": _map(
        "prefix_match_map",
        _input(":path"),
        {
            "/": _action("root"),
            "/a": _action("short"),
            "/a/b": {"matcher": _cases((_Y, _action("nested")))},
            "/a/b/c": _action("exact-only", path="/a/b/c"),
        },
    ),
    "fallthrough": _cases(
        (_X, {"matcher": _cases((_Y, _action("both")))}),
        (_X, _action("first-only", path="/p")),
        (_value("w", exact="d"), _action("w")),
        otherwise=_action("otherwise"),
    ),
    "nothing": _cases((_X, _action("x"))),
}
ROUTES["trees"] = "virtual_hosts: " + json.dumps(
    [
        {"name": name, "domains": [f"{name}.test"], "matcher": matcher}
        for name, matcher in TREES.items()
    ]
)
ROUTES["more-templates"] = _matches(
    *[
        _template(text)
        for text in (
            "/v/*",
            "/w/**",
            "/eq/a=b",
            "/x{b}",
            "/y{b}z/q",
            "/t{a=**}u/z",
            "/s/{a=p/*}q/r",
            "/last/{a}/",
            "/end/**.m3u8",
        )
    ]
)

_EXTENSIONS = "type.googleapis.com/envoy.extensions.filters."
_BOOTSTRAP = """
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
static_resources:
  listeners:
  - name: main
    address: {socket_address: {address: 127.0.0.1, port_value: $MAIN_PORT}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": EXTENSIONSnetwork.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: routing
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {"@type": EXTENSIONShttp.router.v3.Router}
          route_config:
            name: main
            validate_clusters: false
ROUTES
  clusters:
CLUSTERS
""".replace("EXTENSIONS", _EXTENSIONS)


def bootstrap(name):
    """The text of the file for ROUTES[name], with $NAMES for the ports."""
    routes = textwrap.indent(ROUTES[name].replace("$", "$$"), " " * 12)
    return _BOOTSTRAP.replace("ROUTES", routes).replace("CLUSTERS", _clusters())


def _clusters():
    named = {"hostname": "shown.test"}
    return "\n".join(
        [_cluster(name, "STATIC", "127.0.0.1", name) for name in ("a", "b", "c", "dead")]
        + [_cluster("named", "STATIC", "127.0.0.1", "a", named)]
        + [_cluster("dns", "STRICT_DNS", "localhost", "a")]
    )


def _cluster(name, kind, host, upstream, fields=()):
    address = {"socket_address": {"address": host, "port_value": "PORT"}}
    endpoint = {"address": address, **dict(fields)}
    cluster = {
        "name": name,
        "type": kind,
        "connect_timeout": "1s",
        "dns_lookup_family": "V4_ONLY",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": endpoint}]}],
        },
    }
    return "  - " + json.dumps(cluster).replace('"PORT"', f"${upstream.upper()}_PORT")
