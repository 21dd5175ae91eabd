#include "dataplane/server/admin/admin_filter.h"

#include <algorithm>
#include <utility>

#include "dataplane/base/strings.h"
#include "dataplane/net/address.h"

namespace fairlead::server::admin {

using codec::HeaderId;
using codec::Method;

namespace {

constexpr std::string_view kReadMethods = "GET, HEAD";
constexpr std::string_view kChangeMethods = "POST";

// Everything a page of ours needs; nothing from elsewhere, and no frame around it.
constexpr std::string_view kContentPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";

constexpr std::string_view kIndexHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<title>Fairlead admin</title>
<style>
body { font-family: sans-serif; margin: 2em; }
td { padding: 0.3em 1.5em 0.3em 0; vertical-align: top; }
form { display: inline; }
small { color: #555; }
</style>
</head>
<body>
<h1>Fairlead proxy</h1>
<table>
)";

bool IsOwnHost(std::string_view host_and_port) {
  std::string_view host = host_and_port;
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    if (end == std::string_view::npos) return false;
    host = host.substr(1, end - 1);
  } else {
    host = host.substr(0, host.find(':'));
  }
  return host == "localhost" || net::Address::Parse(host, 0).ok();
}

// Browsers name the origin of what they POST; other clients have none.
bool ComesFromElsewhere(const codec::RequestHead& request) {
  const std::string_view origin = request.headers.Get(HeaderId::kOrigin);
  if (origin.data() == nullptr) return false;
  const size_t scheme_end = origin.find("://");
  if (scheme_end == std::string_view::npos) return true;  // "null"
  const std::string_view host = origin.substr(scheme_end + 3);
  return host != request.authority || !IsOwnHost(host);
}

// For what is shown inside HTML. Pages and their help are literals; they may contain any of these.
std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

// A button that POSTs to `target`, which is escaped.
void AppendPost(std::string_view target, std::string& html) {
  StrAppend(&html, "<form method=\"post\" action=\"", target, "\"><button>", target,
            "</button></form> ");
}

// An error text that names every parameter there is; empty when all of the request's are known.
std::string UnknownParameter(const AdminPage& page, const AdminRequest& request) {
  if (page.takes_any_name) return {};
  for (const auto& [name, value] : request.parameters) {
    const auto is_name = [&](const AdminPage::Parameter& known) { return known.name == name; };
    if (std::any_of(page.parameters.begin(), page.parameters.end(), is_name)) continue;
    std::string error = StrCat("unknown query parameter '", name, "'; ", page.path,
                               page.parameters.empty() ? " takes none" : " takes: ");
    std::string_view separator;
    for (const AdminPage::Parameter& known : page.parameters) {
      StrAppend(&error, separator, known.name);
      separator = ", ";
    }
    return error;
  }
  return {};
}

}  // namespace

AdminFilter::AdminFilter(std::vector<AdminPage> pages, bool is_loopback)
    : pages_(std::move(pages)), is_loopback_(is_loopback) {
  pages_.push_back({.path = "/", .help = "this menu, in HTML", .handler = [this](const auto&) {
                      return AdminReply{.body = IndexHtml(), .content_type = kHtmlType};
                    }});
  pages_.push_back({.path = "/help", .help = "this menu, as text", .handler = [this](const auto&) {
                      return AdminReply{.body = HelpText()};
                    }});
  std::sort(pages_.begin(), pages_.end(),
            [](const AdminPage& a, const AdminPage& b) { return a.path < b.path; });
}

filters::Decision AdminFilter::OnRequest(filters::Stream& stream,
                                         const route::FilterOverride*) const {
  Answer answer = MakeAnswer(stream.request);
  stream.Reply({.status = answer.reply.status,
                .body = answer.reply.body,
                .details = "admin_filter_response"});
  if (answer.reply.stream != nullptr) {
    stream.made_body = std::move(answer.reply.stream);
    stream.response_body = stream.made_body.get();
    stream.response.framing = {codec::Framing::Kind::kChunked, 0};
  }
  codec::HeaderMap& headers = stream.response.headers;
  headers.Set(HeaderId::kContentType, answer.reply.content_type);
  headers.Set(HeaderId::kCacheControl, "no-cache, max-age=0");
  headers.Set("x-content-type-options", "nosniff");
  headers.Set("content-security-policy", kContentPolicy);
  if (!answer.allowed_methods.empty()) headers.Set("allow", answer.allowed_methods);
  return filters::Verdict::kReplied;
}

AdminFilter::Answer AdminFilter::MakeAnswer(const codec::RequestHead& head) const {
  if (is_loopback_ && !head.authority.empty() && !IsOwnHost(head.authority)) {
    return {{.status = 403,
             .body = "refused: this admin interface listens on a loopback address and is called by "
                     "an IP address or as localhost only\n"},
            {}};
  }
  const AdminRequest request = ParseTarget(head.path);
  const AdminPage* page = Find(request.path);
  if (page == nullptr) {
    return {{.status = 404, .body = StrCat("invalid path. ", HelpText())}, {}};
  }
  const bool is_read = head.method == Method::kGet || head.method == Method::kHead;
  const bool may_read = !page->changes_state || (page->shows_too && request.parameters.empty());
  if (!(is_read && may_read) && !(page->changes_state && head.method == Method::kPost)) {
    return {{.status = 405,
             .body = StrCat("Method ", head.method_text, " not allowed, ",
                            page->changes_state ? kChangeMethods : "GET", " required.\n")},
            page->changes_state ? kChangeMethods : kReadMethods};
  }
  if (!is_read && ComesFromElsewhere(head)) {
    return {{.status = 403,
             .body = "refused: the request comes from a web page that is not this admin interface "
                     "(open it by its IP address or as localhost)\n"},
            {}};
  }
  if (const std::string error = UnknownParameter(*page, request); !error.empty()) {
    return {BadRequest(error), {}};
  }
  return {page->handler(request), {}};
}

const AdminPage* AdminFilter::Find(std::string_view path) const {
  const auto found =
      std::lower_bound(pages_.begin(), pages_.end(), path,
                       [](const AdminPage& page, std::string_view p) { return page.path < p; });
  return found != pages_.end() && found->path == path ? &*found : nullptr;
}

std::string AdminFilter::HelpText() const {
  std::string text = "admin commands are:\n";
  for (const AdminPage& page : pages_) {
    StrAppend(&text, "  ", page.path, page.changes_state ? " (POST): " : ": ", page.help, "\n");
    for (const AdminPage::Parameter& parameter : page.parameters) {
      StrAppend(&text, "      ", parameter.name, ": ", parameter.help, "\n");
    }
  }
  return text;
}

std::string AdminFilter::IndexHtml() const {
  std::string html(kIndexHead);
  for (const AdminPage& page : pages_) {
    const std::string path = EscapeHtml(page.path);
    StrAppend(&html, "<tr><td>");
    if (!page.changes_state) {
      StrAppend(&html, "<a href=\"", path, "\">", path, "</a>");
    } else {
      AppendPost(path, html);
      for (const AdminPage::Parameter& parameter : page.parameters) {
        for (const std::string_view value : parameter.values) {
          const std::string query = value.empty() ? "" : StrCat("=", EscapeHtml(value));
          AppendPost(StrCat(path, "?", EscapeHtml(parameter.name), query), html);
        }
      }
    }
    StrAppend(&html, "</td><td>", EscapeHtml(page.help), page.changes_state ? " (POST)" : "");
    for (const AdminPage::Parameter& parameter : page.parameters) {
      StrAppend(&html, "<br><small>", EscapeHtml(parameter.name), ": ", EscapeHtml(parameter.help),
                "</small>");
    }
    StrAppend(&html, "</td></tr>\n");
  }
  return StrCat(html, "</table>\n</body>\n</html>\n");
}

}  // namespace fairlead::server::admin
