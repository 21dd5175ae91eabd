#include "dataplane/runtime/runtime.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "dataplane/base/status.h"
#include "envoy/config/bootstrap/v3/bootstrap.pb.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace fairlead::runtime {
namespace {

using envoy::config::bootstrap::v3::LayeredRuntime;
using envoy::config::bootstrap::v3::RuntimeLayer;
using google::protobuf::Struct;

constexpr size_t kKeysMax = 10'000;
constexpr size_t kTextMax = 4096;
constexpr int kDepthMax = 16;

// Keys that steer Envoy and nothing here: set, they would be ignored.
constexpr std::string_view kForeign[] = {
    "envoy.reloadable_features.",
    "envoy.restart_features.",
    "overload.",
    "re2.",
    "upstream.healthy_panic_threshold",
    "upstream.maintenance_mode.",
    "upstream.use_http2",
    "upstream.use_retry",
    "upstream.base_retry_backoff_ms",
    "upstream.weight_enabled.",
    "upstream.zone_routing.",
};

absl::Status CheckName(std::string_view name) {
  if (name.empty()) return InvalidArgument("the key is empty");
  if (name.size() > kTextMax) {
    return InvalidArgument("'", name.substr(0, 64), "...' is longer than ", kTextMax, " bytes");
  }
  for (const std::string_view foreign : kForeign) {
    if (name.starts_with(foreign)) {
      return InvalidArgument("'", name, "' is a key of Envoy's that steers nothing here");
    }
  }
  return absl::OkStatus();
}

std::string NumberText(double number) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof(text), number).ptr};
}

}  // namespace

// From messages and texts to values.
struct Runtime::Reader {
  static Value OfNumber(double number) {
    Value value;
    value.text = NumberText(number);
    constexpr double kTooLarge = 9.2e18;
    if (number >= 0 && number < kTooLarge && number == std::floor(number)) {
      value.number = static_cast<uint64_t>(number);
    }
    return value;
  }

  // {"numerator": 5, "denominator": "TEN_THOUSAND"}.
  static bool OfFraction(const Struct& object, Value& value) {
    value.fraction = {0, 100};
    value.is_fraction = true;
    for (const auto& [key, field] : object.fields()) {
      if (key == "numerator" && field.has_number_value() && field.number_value() >= 0 &&
          field.number_value() <= 4294967295.0 &&
          field.number_value() == std::floor(field.number_value())) {
        value.fraction.numerator = static_cast<uint32_t>(field.number_value());
      } else if (key == "denominator" && field.has_string_value()) {
        const std::string& name = field.string_value();
        if (name != "HUNDRED" && name != "TEN_THOUSAND" && name != "MILLION") return false;
        value.fraction.denominator = name == "HUNDRED"        ? 100
                                     : name == "TEN_THOUSAND" ? 10'000
                                                              : 1'000'000;
      } else {
        return false;
      }
    }
    value.text = StrCat("{\"numerator\":", value.fraction.numerator, ",\"denominator\":\"",
                        value.fraction.denominator == 100      ? "HUNDRED"
                        : value.fraction.denominator == 10'000 ? "TEN_THOUSAND"
                                                               : "MILLION",
                        "\"}");
    return true;
  }

  // A number, a fraction as JSON, or a text that means neither.
  static Value OfText(std::string_view text) {
    Value value;
    double number = 0;
    if (absl::SimpleAtod(ToAbsl(text), &number) && std::isfinite(number)) value = OfNumber(number);
    if (text.starts_with('{')) {
      Struct object;
      const bool is_read =
          google::protobuf::util::JsonStringToMessage(std::string(text), &object).ok();
      if (!is_read || !OfFraction(object, value)) value = Value();
    }
    value.text = text;
    return value;
  }

  static absl::Status Add(const std::string& name, Value value, Values& values) {
    FL_RETURN_IF_ERROR(CheckName(name));
    if (value.text.size() > kTextMax) {
      return InvalidArgument("'", name, "': its value is longer than ", kTextMax, " bytes");
    }
    if (values.size() >= kKeysMax)
      return InvalidArgument("there are more than ", kKeysMax, " keys");
    values.insert_or_assign(name, std::move(value));
    return absl::OkStatus();
  }

  // Members of objects are keys with a dot between.
  static absl::Status Read(const google::protobuf::Value& proto, const std::string& name, int depth,
                           Values& values) {
    using Proto = google::protobuf::Value;
    if (depth > kDepthMax) return InvalidArgument("'", name, "' is nested too deep");
    switch (proto.kind_case()) {
      case Proto::kNumberValue:
        if (!std::isfinite(proto.number_value())) break;
        return Add(name, OfNumber(proto.number_value()), values);
      case Proto::kBoolValue: {
        Value value;
        value.text = proto.bool_value() ? "true" : "false";
        return Add(name, std::move(value), values);
      }
      case Proto::kStringValue:
        return Add(name, OfText(proto.string_value()), values);
      case Proto::kStructValue: {
        const auto& fields = proto.struct_value().fields();
        if (fields.contains("numerator") || fields.contains("denominator")) {
          Value value;
          if (OfFraction(proto.struct_value(), value)) return Add(name, std::move(value), values);
          return InvalidArgument("'", name,
                                 "' is no fraction: a numerator (a whole number) and a "
                                 "denominator (HUNDRED, TEN_THOUSAND or MILLION) are allowed");
        }
        for (const auto& [key, field] : fields) {
          FL_RETURN_IF_ERROR(Read(field, StrCat(name, ".", key), depth + 1, values));
        }
        return absl::OkStatus();
      }
      default:
        break;
    }
    return InvalidArgument("'", name, "' is neither a number, a text, a boolean nor an object");
  }
};

absl::StatusOr<std::unique_ptr<Runtime>> Runtime::Create(const LayeredRuntime& proto) {
  auto runtime = std::make_unique<Runtime>();
  const absl::MutexLock lock(&runtime->mutex_);
  std::set<std::string> names;
  bool has_admin = false;
  for (int i = 0; i < proto.layers_size(); ++i) {
    const RuntimeLayer& layer = proto.layers(i);
    const std::string where = StrCat("layers[", i, "] '", layer.name(), "'");
    Layer made{.name = layer.name()};
    if (!names.insert(layer.name()).second) {
      return InvalidArgument(where, ": name: is another layer's too");
    }
    if (layer.has_admin_layer()) {
      made.is_admin = true;
      if (std::exchange(has_admin, true)) {
        return InvalidArgument(where, ": admin_layer: there is one already; only one may be");
      }
    }
    for (const auto& [name, value] : layer.static_layer().fields()) {
      const absl::Status status = Reader::Read(value, name, 0, made.values);
      if (!status.ok()) return Annotate(status, StrCat(where, ": static_layer"));
    }
    runtime->layers_.push_back(std::move(made));
  }
  // As Envoy: layers that are empty are one for the operator.
  if (runtime->layers_.empty()) runtime->layers_.push_back({.name = "", .is_admin = true});
  runtime->loads_ = 1;
  return runtime;
}

const Runtime::Value* Runtime::Find(std::string_view name) const {
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    const auto found = layer->values.find(name);
    if (found != layer->values.end()) return &found->second;
  }
  return nullptr;
}

void Runtime::Store(const Value* value, RuntimeCell& cell) {
  // Who reads in between sees what is configured.
  cell.Clear();
  if (value == nullptr) return;
  if (value->is_fraction) return cell.Set(value->fraction);
  if (value->number != RuntimeCell::kUnset) cell.Set(value->number);
}

RuntimeKey Runtime::Key(std::string_view name) {
  if (name.empty()) return RuntimeKey();
  const absl::MutexLock lock(&mutex_);
  if (cells_.size() >= prune_at_) {
    absl::erase_if(cells_, [](const auto& entry) { return entry.second.use_count() == 1; });
    prune_at_ = 2 * cells_.size() + 64;
  }
  std::shared_ptr<RuntimeCell>& cell = cells_[std::string(name)];
  if (cell == nullptr) {
    cell = std::make_shared<RuntimeCell>();
    Store(Find(name), *cell);
  }
  return RuntimeKey(cell);
}

absl::Status Runtime::TryModify(const std::vector<std::pair<std::string, std::string>>& values) {
  const auto admin = std::find_if(layers_.begin(), layers_.end(),
                                  [](const Layer& layer) { return layer.is_admin; });
  if (admin == layers_.end()) {
    return absl::FailedPreconditionError("No admin layer specified");
  }
  Values changed = admin->values;
  for (const auto& [name, text] : values) {
    if (text.empty()) {
      changed.erase(name);
    } else {
      FL_RETURN_IF_ERROR(Reader::Add(name, Reader::OfText(text), changed));
    }
  }
  admin->values = std::move(changed);
  for (const auto& [name, text] : values) {
    const auto cell = cells_.find(name);
    if (cell != cells_.end()) Store(Find(name), *cell->second);
  }
  return absl::OkStatus();
}

absl::Status Runtime::Modify(const std::vector<std::pair<std::string, std::string>>& values) {
  const absl::MutexLock lock(&mutex_);
  absl::Status status = TryModify(values);
  ++(status.ok() ? loads_ : load_errors_);
  return status;
}

std::vector<std::string> Runtime::LayerNames() const {
  const absl::MutexLock lock(&mutex_);
  std::vector<std::string> names;
  for (const Layer& layer : layers_) names.push_back(layer.name);
  return names;
}

std::vector<Runtime::Entry> Runtime::Entries() const {
  const absl::MutexLock lock(&mutex_);
  std::map<std::string_view, Entry> entries;
  for (size_t i = 0; i < layers_.size(); ++i) {
    for (const auto& [name, value] : layers_[i].values) {
      Entry& entry = entries[name];
      entry.name = name;
      entry.layer_values.resize(layers_.size());
      entry.layer_values[i] = value.text;
      entry.final_value = value.text;
    }
  }
  std::vector<Entry> sorted;
  for (auto& [name, entry] : entries) sorted.push_back(std::move(entry));
  return sorted;
}

Runtime::Counts Runtime::counts() const {
  const absl::MutexLock lock(&mutex_);
  Counts counts{.layers = layers_.size(), .loads = loads_, .load_errors = load_errors_};
  std::set<std::string_view> names;
  for (const Layer& layer : layers_) {
    if (layer.is_admin) counts.admin_overrides_active = layer.values.empty() ? 0 : 1;
    for (const auto& [name, value] : layer.values) names.insert(name);
  }
  counts.keys = names.size();
  return counts;
}

}  // namespace fairlead::runtime
