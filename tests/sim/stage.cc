#include "tests/sim/stage.h"

#include "dataplane/base/strings.h"

namespace fairlead::sim {

net::Address ProxyAddress() { return *net::Address::Parse("10.0.0.1", 80); }

net::Address UpstreamAddress(int cluster, int index) {
  return *net::Address::Parse(StrCat("10.1.", cluster, ".", index + 1), 8080);
}

}  // namespace fairlead::sim
