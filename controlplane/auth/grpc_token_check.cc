#include "controlplane/auth/grpc_token_check.h"

#include <memory>
#include <utility>
#include <vector>

#include "grpcpp/server_builder.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_interceptor.h"

namespace fairlead::control::auth {
namespace {

using grpc::experimental::InterceptionHookPoints;

class TokenInterceptor final : public grpc::experimental::Interceptor {
 public:
  TokenInterceptor(const TokenAuth& auth, grpc::ServerContextBase& context)
      : auth_(auth), context_(context) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      is_refused_ = !AcceptsCall(auth_, context_);
      if (is_refused_) context_.TryCancel();
    }
    if (is_refused_ &&
        methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      methods->ModifySendStatus(
          {grpc::StatusCode::UNAUTHENTICATED, "the bearer token is missing or wrong"});
    }
    methods->Proceed();
  }

 private:
  const TokenAuth& auth_;
  grpc::ServerContextBase& context_;
  bool is_refused_ = false;
};

class TokenInterceptorFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit TokenInterceptorFactory(const TokenAuth& auth) : auth_(auth) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override {
    return new TokenInterceptor(auth_, *info->server_context());
  }

 private:
  const TokenAuth& auth_;
};

}  // namespace

bool AcceptsCall(const TokenAuth& auth, const grpc::ServerContextBase& context) {
  if (!auth.is_required()) return true;
  auto it = context.client_metadata().find("authorization");
  if (it == context.client_metadata().end()) return false;
  return auth.Accepts(absl::string_view(it->second.data(), it->second.size()));
}

void AddTokenCheck(const TokenAuth& auth, grpc::ServerBuilder& builder) {
  if (!auth.is_required()) return;
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> factories;
  factories.push_back(std::make_unique<TokenInterceptorFactory>(auth));
  builder.experimental().SetInterceptorCreators(std::move(factories));
}

}  // namespace fairlead::control::auth
