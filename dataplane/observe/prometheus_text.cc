#include "dataplane/observe/prometheus_text.h"

#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "dataplane/base/strings.h"

namespace fairlead::observe {
namespace {

std::string MetricName(std::string_view family) {
  std::string name = StrCat("envoy_", family);
  for (char& c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

// In a label's value: backslash, quote and line break. Other bytes may be anything.
void AppendEscaped(std::string_view value, std::string& out) {
  for (const char c : value) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '"':
        out += "\\\"";
        break;
      case '\n':
        out += "\\n";
        break;
      default:
        out += c;
    }
  }
}

void AppendSample(std::string_view metric, const StatsSample& sample, std::string& out) {
  StrAppend(&out, metric, "{");
  bool is_first = true;
  for (const StatsLabel& label : sample.labels) {
    StrAppend(&out, is_first ? "" : ",", label.name, "=\"");
    is_first = false;
    AppendEscaped(label.value, out);
    out += '"';
  }
  StrAppend(&out, "} ", sample.value, "\n");
}

std::string_view TypeName(StatsSample::Type type) {
  return type == StatsSample::Type::kCounter ? "counter" : "gauge";
}

}  // namespace

std::string PrometheusText(const StatsList& list) {
  // A family's lines must stand together, and two families may look alike only once their names are
  // made ones for Prometheus.
  std::map<std::pair<StatsSample::Type, std::string>, std::vector<const StatsSample*>> families;
  for (const StatsSample& sample : list.samples()) {
    families[{sample.type, MetricName(sample.family)}].push_back(&sample);
  }
  std::string out;
  for (const auto& [key, samples] : families) {
    const auto& [type, metric] = key;
    StrAppend(&out, "# HELP ", metric, " ", samples.front()->family, "\n");
    StrAppend(&out, "# TYPE ", metric, " ", TypeName(type), "\n");
    for (const StatsSample* sample : samples) AppendSample(metric, *sample, out);
  }
  return out;
}

}  // namespace fairlead::observe
