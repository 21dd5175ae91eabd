#include "dataplane/codec/message.h"

namespace fairlead::codec {

Method LookupMethod(std::string_view text) {
  switch (text.size()) {
    case 3:
      if (text == "GET") return Method::kGet;
      if (text == "PUT") return Method::kPut;
      break;
    case 4:
      if (text == "POST") return Method::kPost;
      if (text == "HEAD") return Method::kHead;
      break;
    case 5:
      if (text == "PATCH") return Method::kPatch;
      if (text == "TRACE") return Method::kTrace;
      break;
    case 6:
      if (text == "DELETE") return Method::kDelete;
      break;
    case 7:
      if (text == "OPTIONS") return Method::kOptions;
      if (text == "CONNECT") return Method::kConnect;
      break;
    default:
      break;
  }
  return Method::kOther;
}

bool IsBodyUnusual(Method method) {
  switch (method) {
    case Method::kGet:
    case Method::kHead:
    case Method::kDelete:
    case Method::kOptions:
    case Method::kTrace:
      return true;
    default:
      return false;
  }
}

void RequestHead::Clear() {
  method = Method::kOther;
  method_text = {};
  path = {};
  authority = {};
  scheme = {};
  version = Version::kHttp11;
  keep_alive = true;
  expects_continue = false;
  has_unknown_expectation = false;
  wants_upgrade = false;
  framing = {};
  headers.Clear();
  block = {};
}

void ResponseHead::Clear() {
  status = 0;
  reason = {};
  version = Version::kHttp11;
  keep_alive = true;
  framing = {};
  has_unframed_length = false;
  unframed_length = 0;
  headers.Clear();
  block = {};
}

}  // namespace fairlead::codec
