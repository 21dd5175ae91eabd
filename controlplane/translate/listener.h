#ifndef FAIRLEAD_CONTROLPLANE_TRANSLATE_LISTENER_H_
#define FAIRLEAD_CONTROLPLANE_TRANSLATE_LISTENER_H_

// A Listener in the terms of config.listener.v3: one filter chain with one HTTP connection manager,
// which takes its routes over ADS under the listener's name.
//
// Nothing here depends on routes, services or policies, so that their changes never touch a
// listener (a changed listener drains its connections). Therefore the API key and rate limit
// filters always stand in the chain, disabled; a route that has such a policy enables them by its
// own configuration.
//
// Limits and timeouts that Envoy leaves open are set to the values for a proxy that faces the
// internet. Thread: any. Source: extensions.filters.network.http_connection_manager.v3; Envoy's
// "Configuring Envoy as an edge proxy".

namespace envoy::config::listener::v3 {
class Listener;
}
namespace fairlead::v1 {
class Listener;
}

namespace fairlead::control::translate {

void ToListener(const fairlead::v1::Listener& listener, envoy::config::listener::v3::Listener& out);

}  // namespace fairlead::control::translate

#endif  // FAIRLEAD_CONTROLPLANE_TRANSLATE_LISTENER_H_
