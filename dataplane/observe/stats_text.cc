#include "dataplane/observe/stats_text.h"

#include "dataplane/base/strings.h"
#include "dataplane/observe/escape.h"

namespace fairlead::observe {

std::string StatsText(const StatsList& list) {
  std::string out;
  for (const StatsSample& sample : list.samples()) {
    StrAppend(&out, sample.name, ": ", sample.value, "\n");
  }
  return out;
}

std::string StatsJson(const StatsList& list) {
  std::string out = "{\"stats\":[";
  bool is_first = true;
  for (const StatsSample& sample : list.samples()) {
    out += is_first ? "{\"name\":" : ",{\"name\":";
    is_first = false;
    AppendJsonString(sample.name, out);
    StrAppend(&out, ",\"value\":", sample.value, "}");
  }
  return out + "]}\n";
}

}  // namespace fairlead::observe
