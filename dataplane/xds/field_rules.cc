#include "dataplane/xds/field_rules.h"

#include <arpa/inet.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "absl/strings/escaping.h"
#include "dataplane/base/strings.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/message.h"
#include "re2/re2.h"
#include "validate/validate.pb.h"

namespace fairlead::xds {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Values are shown to an operator, not logged in bulk.
constexpr size_t kShownBytesMax = 80;

std::string Show(const std::string& value) {
  const std::string shown = absl::CHexEscape(value.substr(0, kShownBytesMax));
  return StrCat("\"", shown, value.size() > kShownBytesMax ? "..." : "", "\"");
}

std::string Text(bool value) { return value ? "true" : "false"; }
template <typename T>
std::string Text(T value) {
  return StrCat(value);
}

template <typename T>
std::string List(const T& values) {
  std::string out;
  for (const auto& value : values) {
    StrAppend(&out, out.empty() ? "" : ", ");
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
      out += Show(value);
    } else {
      out += Text(value);
    }
  }
  return out;
}

template <typename Values, typename T>
bool Contains(const Values& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// "is V, allowed is A".
std::string Fault(std::string_view value, std::string_view allowed) {
  return StrCat("is ", value, ", allowed is ", allowed);
}

// Bounds of any ordered type. With a lower bound above the upper one, PGV means "outside".
template <typename T>
struct Bounds {
  const T* lt = nullptr;
  const T* lte = nullptr;
  const T* gt = nullptr;
  const T* gte = nullptr;

  bool Holds(const T& value) const {
    const bool above = gt != nullptr ? *gt < value : gte == nullptr || !(value < *gte);
    const bool below = lt != nullptr ? value < *lt : lte == nullptr || !(*lte < value);
    const T* low = gt != nullptr ? gt : gte;
    const T* high = lt != nullptr ? lt : lte;
    if (low != nullptr && high != nullptr && *high < *low) return above || below;
    return above && below;
  }
  template <typename Shower>
  std::string Allowed(const Shower& show) const {
    std::string out;
    if (gt != nullptr) StrAppend(&out, "> ", show(*gt));
    if (gte != nullptr) StrAppend(&out, ">= ", show(*gte));
    if (lt != nullptr) StrAppend(&out, out.empty() ? "" : " and ", "< ", show(*lt));
    if (lte != nullptr) StrAppend(&out, out.empty() ? "" : " and ", "<= ", show(*lte));
    return out;
  }
};

template <typename T, typename Rules>
std::string CheckNumber(const Rules& rules, T value) {
  if (rules.ignore_empty() && value == T{}) return "";
  if (rules.has_const_() && value != rules.const_()) {
    return Fault(Text(value), Text(rules.const_()));
  }
  const T lt = rules.lt(), lte = rules.lte(), gt = rules.gt(), gte = rules.gte();
  Bounds<T> bounds;
  if (rules.has_lt()) bounds.lt = &lt;
  if (rules.has_lte()) bounds.lte = &lte;
  if (rules.has_gt()) bounds.gt = &gt;
  if (rules.has_gte()) bounds.gte = &gte;
  // Written so that NaN, for which no comparison holds, fails a bound.
  const bool unordered = value != value && (bounds.lt || bounds.lte || bounds.gt || bounds.gte);
  if (unordered || !bounds.Holds(value)) {
    return Fault(Text(value), bounds.Allowed([](T v) { return Text(v); }));
  }
  if (rules.in_size() > 0 && !Contains(rules.in(), value)) {
    return Fault(Text(value), StrCat("one of ", List(rules.in())));
  }
  if (Contains(rules.not_in(), value)) {
    return Fault(Text(value), StrCat("anything but ", List(rules.not_in())));
  }
  return "";
}

struct DurationKey {
  int64_t seconds = 0;
  int32_t nanos = 0;
  auto operator<=>(const DurationKey&) const = default;
};

DurationKey Key(const google::protobuf::Duration& d) { return {d.seconds(), d.nanos()}; }

std::string ShowDuration(const DurationKey& d) {
  if (d.nanos == 0) return StrCat(d.seconds, "s");
  std::string nanos = StrCat(std::abs(d.nanos));
  nanos.insert(0, 9 - std::min<size_t>(9, nanos.size()), '0');
  while (nanos.back() == '0') nanos.pop_back();
  const bool negative = d.seconds < 0 || d.nanos < 0;
  return StrCat(negative ? "-" : "", std::abs(d.seconds), ".", nanos, "s");
}

// google/protobuf/duration.proto: +-10,000 years, nanos within a second and of the same sign.
bool IsValid(const DurationKey& d) {
  constexpr int64_t kSecondsMax = 315576000000;
  if (d.seconds < -kSecondsMax || d.seconds > kSecondsMax) return false;
  if (d.nanos <= -1'000'000'000 || d.nanos >= 1'000'000'000) return false;
  return !((d.seconds < 0 && d.nanos > 0) || (d.seconds > 0 && d.nanos < 0));
}

std::string CheckDuration(const validate::DurationRules& rules, const DurationKey& value) {
  if (!IsValid(value)) {
    return StrCat("is ", value.seconds, " seconds and ", value.nanos,
                  " nanos, which is not a valid duration");
  }
  if (rules.has_const_() && value != Key(rules.const_())) {
    return Fault(ShowDuration(value), ShowDuration(Key(rules.const_())));
  }
  const DurationKey lt = Key(rules.lt()), lte = Key(rules.lte());
  const DurationKey gt = Key(rules.gt()), gte = Key(rules.gte());
  Bounds<DurationKey> bounds;
  if (rules.has_lt()) bounds.lt = &lt;
  if (rules.has_lte()) bounds.lte = &lte;
  if (rules.has_gt()) bounds.gt = &gt;
  if (rules.has_gte()) bounds.gte = &gte;
  if (!bounds.Holds(value)) return Fault(ShowDuration(value), bounds.Allowed(ShowDuration));
  const auto is_value = [&](const auto& d) { return Key(d) == value; };
  if (rules.in_size() > 0 && std::none_of(rules.in().begin(), rules.in().end(), is_value)) {
    return StrCat("is ", ShowDuration(value), ", which is not one of the durations allowed");
  }
  if (std::any_of(rules.not_in().begin(), rules.not_in().end(), is_value)) {
    return StrCat("is ", ShowDuration(value), ", which is not allowed");
  }
  return "";
}

bool IsIpv4(const std::string& s) {
  in_addr address;
  return inet_pton(AF_INET, s.c_str(), &address) == 1 && s.find('\0') == std::string::npos;
}

bool IsIpv6(const std::string& s) {
  in6_addr address;
  return inet_pton(AF_INET6, s.c_str(), &address) == 1 && s.find('\0') == std::string::npos;
}

// RFC 1034 section 3.5 as PGV reads it: labels of letters, digits and hyphens.
bool IsHostname(std::string_view s) {
  if (!s.empty() && s.back() == '.') s.remove_suffix(1);
  if (s.empty() || s.size() > 253) return false;
  while (true) {
    const size_t dot = s.find('.');
    const std::string_view label = s.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
      return false;
    }
    for (const char c : label) {
      if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-') return false;
    }
    if (dot == std::string_view::npos) return true;
    s.remove_prefix(dot + 1);
  }
}

bool IsUuid(std::string_view s) {
  static const re2::RE2 kUuid("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  return re2::RE2::FullMatch(re2::StringPiece(s.data(), s.size()), kUuid);
}

bool IsUri(std::string_view s, bool may_be_relative) {
  static const re2::RE2 kUri("[a-zA-Z][a-zA-Z0-9+.-]*:[^\\x00-\\x20]*");
  static const re2::RE2 kReference("[^\\x00-\\x20]*");
  return re2::RE2::FullMatch(re2::StringPiece(s.data(), s.size()),
                             may_be_relative ? kReference : kUri);
}

bool IsEmail(std::string_view s) {
  const size_t at = s.rfind('@');
  return at != std::string_view::npos && at > 0 && at <= 64 && s.size() <= 254 &&
         IsHostname(s.substr(at + 1)) && s.find_first_of(" \t\r\n") == std::string_view::npos;
}

// validate.proto, KnownRegex: strict is RFC 7230's grammar, else only NUL, CR and LF are refused
// (and an empty name is none of these).
bool IsHeaderText(std::string_view s, bool is_name, bool strict) {
  if (is_name && strict && s.empty()) return false;
  if (is_name && strict && s.front() == ':') {
    s.remove_prefix(1);
    if (s.empty()) return false;
  }
  for (const char c : s) {
    const auto u = static_cast<unsigned char>(c);
    if (u == 0 || u == '\n' || u == '\r') return false;
    if (!strict) continue;
    if (is_name) {
      static constexpr std::string_view kPunctuation = "!#$%&'*+-.^_|~`";
      if (!absl::ascii_isalnum(u) && kPunctuation.find(c) == kPunctuation.npos) return false;
    } else if ((u < 0x20 && u != '\t') || u == 0x7f) {
      return false;
    }
  }
  return true;
}

// What the string should have been, or null if it is.
const char* WellKnownFault(const validate::StringRules& rules, const std::string& s) {
  switch (rules.well_known_case()) {
    case validate::StringRules::kEmail:
      return !rules.email() || IsEmail(s) ? nullptr : "an e-mail address";
    case validate::StringRules::kHostname:
      return !rules.hostname() || IsHostname(s) ? nullptr : "a host name";
    case validate::StringRules::kIp:
      return !rules.ip() || IsIpv4(s) || IsIpv6(s) ? nullptr : "an IP address";
    case validate::StringRules::kIpv4:
      return !rules.ipv4() || IsIpv4(s) ? nullptr : "an IPv4 address";
    case validate::StringRules::kIpv6:
      return !rules.ipv6() || IsIpv6(s) ? nullptr : "an IPv6 address";
    case validate::StringRules::kUri:
      return !rules.uri() || IsUri(s, false) ? nullptr : "an absolute URI";
    case validate::StringRules::kUriRef:
      return !rules.uri_ref() || IsUri(s, true) ? nullptr : "a URI or relative reference";
    case validate::StringRules::kAddress:
      return !rules.address() || IsIpv4(s) || IsIpv6(s) || IsHostname(s)
                 ? nullptr
                 : "a host name or an IP address";
    case validate::StringRules::kUuid:
      return !rules.uuid() || IsUuid(s) ? nullptr : "a UUID";
    case validate::StringRules::kWellKnownRegex: {
      const bool is_name = rules.well_known_regex() == validate::HTTP_HEADER_NAME;
      if (rules.well_known_regex() == validate::UNKNOWN ||
          IsHeaderText(s, is_name, rules.strict())) {
        return nullptr;
      }
      return is_name ? "an HTTP header name" : "an HTTP header value";
    }
    case validate::StringRules::WELL_KNOWN_NOT_SET:
      return nullptr;
  }
  return nullptr;
}

// UTF-8 characters: bytes that do not continue one.
uint64_t Characters(const std::string& s) {
  return std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xc0) != 0x80; });
}

std::string LengthFault(const std::string& value, uint64_t size, std::string_view unit) {
  return StrCat("is ", Show(value), " of ", size, " ", unit, ", allowed is ");
}

// The rules that strings and bytes have in common, by the same names.
template <typename Rules>
std::string CheckText(const Rules& rules, const std::string& value, const re2::RE2* pattern) {
  if (rules.has_const_() && value != rules.const_()) {
    return Fault(Show(value), Show(rules.const_()));
  }
  if (pattern != nullptr && !re2::RE2::PartialMatch(value, *pattern)) {
    return Fault(Show(value), StrCat("what matches ", pattern->pattern()));
  }
  if (rules.has_prefix() && value.rfind(rules.prefix(), 0) != 0) {
    return Fault(Show(value), StrCat("what begins with ", Show(rules.prefix())));
  }
  if (rules.has_suffix() && (value.size() < rules.suffix().size() ||
                             value.compare(value.size() - rules.suffix().size(), std::string::npos,
                                           rules.suffix()) != 0)) {
    return Fault(Show(value), StrCat("what ends with ", Show(rules.suffix())));
  }
  if (rules.has_contains() && value.find(rules.contains()) == std::string::npos) {
    return Fault(Show(value), StrCat("what contains ", Show(rules.contains())));
  }
  if (rules.in_size() > 0 && !Contains(rules.in(), value)) {
    return Fault(Show(value), StrCat("one of ", List(rules.in())));
  }
  if (Contains(rules.not_in(), value)) {
    return Fault(Show(value), StrCat("anything but ", List(rules.not_in())));
  }
  return "";
}

}  // namespace

FieldRules::~FieldRules() = default;

std::unique_ptr<FieldRules> FieldRules::Compile(const FieldDescriptor& field) {
  if (!field.options().HasExtension(validate::rules)) return nullptr;
  return std::unique_ptr<FieldRules>(new FieldRules(field.options().GetExtension(validate::rules)));
}

FieldRules::FieldRules(const validate::FieldRules& rules) : rules_(rules) {
  using Type = validate::FieldRules;
  const std::string* pattern = nullptr;
  switch (rules.type_case()) {
    case Type::kString:
      if (rules.string().has_pattern()) pattern = &rules.string().pattern();
      break;
    case Type::kBytes:
      if (rules.bytes().has_pattern()) pattern = &rules.bytes().pattern();
      break;
    case Type::kRepeated:
      if (rules.repeated().has_items()) items_.reset(new FieldRules(rules.repeated().items()));
      break;
    case Type::kMap:
      if (rules.map().has_keys()) keys_.reset(new FieldRules(rules.map().keys()));
      if (rules.map().has_values()) values_.reset(new FieldRules(rules.map().values()));
      break;
    default:
      break;
  }
  if (pattern != nullptr) pattern_ = std::make_unique<re2::RE2>(*pattern, re2::RE2::Quiet);
  // Cheap and right: everything that has a type may fail on an empty value.
  checked_when_unset_ = rules.type_case() != Type::TYPE_NOT_SET || rules.message().required();
}

bool FieldRules::Skip() const { return rules_.message().skip(); }

std::string FieldRules::CheckUnset() const {
  const bool required = rules_.message().required() || rules_.duration().required() ||
                        rules_.any().required() || rules_.timestamp().required();
  return required ? "is required and not set" : "";
}

std::string FieldRules::CheckValue(const Message& message, const FieldDescriptor& field,
                                   int index) const {
  if (field.is_repeated() && index < 0) return CheckSize(message, field);
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    return CheckScalar(message, field, index);
  }
  const Reflection& reflection = *message.GetReflection();
  return CheckMessage(index < 0 ? reflection.GetMessage(message, &field)
                                : reflection.GetRepeatedMessage(message, &field, index));
}

std::string FieldRules::CheckSize(const Message& message, const FieldDescriptor& field) const {
  const uint64_t size = message.GetReflection()->FieldSize(message, &field);
  const auto fault = [&](std::string_view bound, uint64_t allowed) {
    return StrCat("has ", size, " elements, allowed is ", bound, " ", allowed);
  };
  if (rules_.has_map()) {
    if (size < rules_.map().min_pairs()) return fault("at least", rules_.map().min_pairs());
    if (rules_.map().has_max_pairs() && size > rules_.map().max_pairs()) {
      return fault("at most", rules_.map().max_pairs());
    }
    return "";
  }
  const validate::RepeatedRules& rules = rules_.repeated();
  if (rules.ignore_empty() && size == 0) return "";
  if (size < rules.min_items()) return fault("at least", rules.min_items());
  if (rules.has_max_items() && size > rules.max_items()) return fault("at most", rules.max_items());
  if (rules.unique() && field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    std::set<std::string> seen;
    for (uint64_t i = 0; i < size; ++i) {
      const std::string value =
          message.GetReflection()->GetRepeatedString(message, &field, static_cast<int>(i));
      if (!seen.insert(value).second) return StrCat("has ", Show(value), " twice");
    }
  }
  return "";
}

std::string FieldRules::CheckScalar(const Message& message, const FieldDescriptor& field,
                                    int index) const {
  const Reflection& r = *message.GetReflection();
  const auto get = [&](auto single, auto repeated) {
    return index < 0 ? (r.*single)(message, &field) : (r.*repeated)(message, &field, index);
  };
  using Type = validate::FieldRules;
  switch (rules_.type_case()) {
    case Type::kFloat:
      return CheckNumber(rules_.float_(),
                         get(&Reflection::GetFloat, &Reflection::GetRepeatedFloat));
    case Type::kDouble:
      return CheckNumber(rules_.double_(),
                         get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble));
    case Type::kInt32:
      return CheckNumber(rules_.int32(), get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32));
    case Type::kSint32:
      return CheckNumber(rules_.sint32(),
                         get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32));
    case Type::kSfixed32:
      return CheckNumber(rules_.sfixed32(),
                         get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32));
    case Type::kInt64:
      return CheckNumber(rules_.int64(), get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64));
    case Type::kSint64:
      return CheckNumber(rules_.sint64(),
                         get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64));
    case Type::kSfixed64:
      return CheckNumber(rules_.sfixed64(),
                         get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64));
    case Type::kUint32:
      return CheckNumber(rules_.uint32(),
                         get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32));
    case Type::kFixed32:
      return CheckNumber(rules_.fixed32(),
                         get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32));
    case Type::kUint64:
      return CheckNumber(rules_.uint64(),
                         get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64));
    case Type::kFixed64:
      return CheckNumber(rules_.fixed64(),
                         get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64));
    case Type::kBool: {
      const bool value = get(&Reflection::GetBool, &Reflection::GetRepeatedBool);
      if (!rules_.bool_().has_const_() || value == rules_.bool_().const_()) return "";
      return Fault(Text(value), Text(rules_.bool_().const_()));
    }
    case Type::kString:
      return CheckString(get(&Reflection::GetString, &Reflection::GetRepeatedString));
    case Type::kBytes:
      return CheckBytes(get(&Reflection::GetString, &Reflection::GetRepeatedString));
    case Type::kEnum: {
      const int value = get(&Reflection::GetEnumValue, &Reflection::GetRepeatedEnumValue);
      const auto* known = field.enum_type()->FindValueByNumber(value);
      const std::string shown = known != nullptr ? known->name() : Text(value);
      const validate::EnumRules& rules = rules_.enum_();
      if (rules.defined_only() && known == nullptr) {
        return StrCat("is ", value, ", which is no value of ", field.enum_type()->full_name());
      }
      if ((rules.has_const_() && value != rules.const_()) || Contains(rules.not_in(), value) ||
          (rules.in_size() > 0 && !Contains(rules.in(), value))) {
        return StrCat("is ", shown, ", which is not allowed here");
      }
      return "";
    }
    default:
      return "";
  }
}

std::string FieldRules::CheckString(const std::string& value) const {
  const validate::StringRules& rules = rules_.string();
  if (rules.ignore_empty() && value.empty()) return "";
  const uint64_t characters =
      rules.has_len() || rules.has_min_len() || rules.has_max_len() ? Characters(value) : 0;
  const auto characters_fault = [&] { return LengthFault(value, characters, "characters"); };
  const auto bytes_fault = [&] { return LengthFault(value, value.size(), "bytes"); };
  if (rules.has_len() && characters != rules.len()) return characters_fault() + Text(rules.len());
  if (characters < rules.min_len()) {
    return value.empty() ? "is empty, which is not allowed"
                         : StrCat(characters_fault(), "at least ", rules.min_len());
  }
  if (rules.has_max_len() && characters > rules.max_len()) {
    return StrCat(characters_fault(), "at most ", rules.max_len());
  }
  if (rules.has_len_bytes() && value.size() != rules.len_bytes()) {
    return bytes_fault() + Text(rules.len_bytes());
  }
  if (value.size() < rules.min_bytes()) {
    return value.empty() ? "is empty, which is not allowed"
                         : StrCat(bytes_fault(), "at least ", rules.min_bytes());
  }
  if (rules.has_max_bytes() && value.size() > rules.max_bytes()) {
    return StrCat(bytes_fault(), "at most ", rules.max_bytes());
  }
  if (rules.has_not_contains() && value.find(rules.not_contains()) != std::string::npos) {
    return Fault(Show(value), StrCat("what does not contain ", Show(rules.not_contains())));
  }
  if (const char* wanted = WellKnownFault(rules, value)) return Fault(Show(value), wanted);
  return CheckText(rules, value, pattern_.get());
}

std::string FieldRules::CheckBytes(const std::string& value) const {
  const validate::BytesRules& rules = rules_.bytes();
  if (rules.ignore_empty() && value.empty()) return "";
  const auto fault = [&] { return LengthFault(value, value.size(), "bytes"); };
  if (rules.has_len() && value.size() != rules.len()) return fault() + Text(rules.len());
  if (value.size() < rules.min_len()) return StrCat(fault(), "at least ", rules.min_len());
  if (rules.has_max_len() && value.size() > rules.max_len()) {
    return StrCat(fault(), "at most ", rules.max_len());
  }
  const bool ip = rules.ip(), ipv4 = rules.ipv4(), ipv6 = rules.ipv6();
  if ((ip && value.size() != 4 && value.size() != 16) || (ipv4 && value.size() != 4) ||
      (ipv6 && value.size() != 16)) {
    return StrCat(fault(), "an IP address of 4 or 16 bytes");
  }
  return CheckText(rules, value, pattern_.get());
}

std::string FieldRules::CheckMessage(const Message& message) const {
  using Type = validate::FieldRules;
  switch (rules_.type_case()) {
    case Type::kDuration: {
      const auto* duration =
          google::protobuf::DynamicCastToGenerated<google::protobuf::Duration>(&message);
      return duration == nullptr ? "" : CheckDuration(rules_.duration(), Key(*duration));
    }
    case Type::kAny: {
      const auto* any = google::protobuf::DynamicCastToGenerated<google::protobuf::Any>(&message);
      if (any == nullptr) return "";
      const validate::AnyRules& rules = rules_.any();
      if ((rules.in_size() > 0 && !Contains(rules.in(), any->type_url())) ||
          Contains(rules.not_in(), any->type_url())) {
        return StrCat("holds a ", Show(any->type_url()), ", which is not allowed here");
      }
      return "";
    }
    case Type::TYPE_NOT_SET:
    case Type::kTimestamp:  // No message of ours has rules on a time beyond `required`.
      return "";
    default: {
      // A wrapper (google.protobuf.UInt32Value): its rules are those of the value within.
      const Descriptor* descriptor = message.GetDescriptor();
      const FieldDescriptor* value = descriptor->FindFieldByNumber(1);
      const bool is_wrapper =
          descriptor->well_known_type() >= Descriptor::WELLKNOWNTYPE_DOUBLEVALUE &&
          descriptor->well_known_type() <= Descriptor::WELLKNOWNTYPE_BOOLVALUE;
      return is_wrapper && value != nullptr ? CheckScalar(message, *value, -1) : "";
    }
  }
}

}  // namespace fairlead::xds
