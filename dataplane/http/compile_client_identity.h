#ifndef FAIRLEAD_DATAPLANE_HTTP_COMPILE_CLIENT_IDENTITY_H_
#define FAIRLEAD_DATAPLANE_HTTP_COMPILE_CLIENT_IDENTITY_H_

// The part of compile_hcm.h that client_identity.h reads: where a client's address comes from, and
// which addresses are internal. Errors begin with the field's name. Thread: configuration.

#include "absl/status/status.h"
#include "dataplane/http/compile_hcm.h"
#include "dataplane/http/hcm_config.h"

namespace fairlead::http {

absl::Status CompileClientIdentity(
    const envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager&
        proto,
    const HcmCompileContext& context, HcmConfig& config);

}  // namespace fairlead::http

#endif  // FAIRLEAD_DATAPLANE_HTTP_COMPILE_CLIENT_IDENTITY_H_
