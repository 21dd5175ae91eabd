#include "dataplane/codec/http1/connection_options.h"

#include "dataplane/codec/http1/byte_scan.h"
#include "dataplane/codec/http1/char_class.h"

namespace fairlead::codec::http1 {
namespace {

bool HasPrefix(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

}  // namespace

bool IsProtectedField(HeaderId id, std::string_view name) {
  switch (id) {
    case HeaderId::kHost:
    case HeaderId::kContentLength:
    case HeaderId::kTransferEncoding:
    case HeaderId::kAuthorization:
    case HeaderId::kCookie:
    case HeaderId::kSetCookie:
    case HeaderId::kCacheControl:
    case HeaderId::kContentEncoding:
    case HeaderId::kContentType:
    case HeaderId::kForwarded:
    case HeaderId::kVia:
    case HeaderId::kXRequestId:
      return true;
    default:
      return HasPrefix(name, "x-forwarded-") || HasPrefix(name, "x-envoy-") ||
             HasPrefix(name, "x-fairlead-");
  }
}

ParseError ConnectionOptions::Add(char* value, size_t size) {
  ParseError error = ParseError::kNone;
  ForEachElement({value, size}, [&](std::string_view option) {
    char* const begin = value + (option.data() - value);
    char* const end = begin + option.size();
    if (LowerName(begin, end) != end) {
      error = ParseError::kBadConnection;
      return false;
    }
    if (option == "close") {
      close_ = true;
    } else if (option == "keep-alive") {
      keep_alive_ = true;
    } else if (option == "upgrade") {
      upgrade_ = true;
    } else if (option != "te") {  // TE has its own rule
      if (nominated_size_ == kNominatedMax) {
        error = ParseError::kBadConnection;
        return false;
      }
      names_[nominated_size_] = begin;
      sizes_[nominated_size_] = option.size();
      ++nominated_size_;
    }
    return true;
  });
  return error;
}

void ConnectionOptions::RemoveNominated(HeaderMap& headers) const {
  if (nominated_size_ == 0) return;
  headers.RemoveIf([&](const Header& field) {
    for (size_t i = 0; i < nominated_size_; ++i) {
      if (field.name == std::string_view(names_[i], sizes_[i])) {
        return !IsProtectedField(field.id, field.name);
      }
    }
    return false;
  });
}

}  // namespace fairlead::codec::http1
