#pragma once

#include <functional>
#include <string>

#include "app/client/engine_client.h"
#include "protocol/messages.h"

namespace qs::app {

/// RequestHandlers whose result is a protocol struct. An answer that cannot be read as T goes to onError.
template <typename T>
struct Handlers {
    std::function<void(const T& result)> onResult;
    std::function<void(const EngineError& error)> onError;
    std::function<void(const protocol::ProgressNote& note)> onProgress;
    /// What is known of the result so far, each time that a part of it is there: "errors", "accuracy",
    /// "contributions", "latency" of a variant.
    std::function<void(const std::string& part, const T& soFar)> onPartial;
    std::function<void(const protocol::CurvePoint& point)> onTraining;
};

/// The methods of protocol/messages.h as functions.
class EngineApi {
  public:
    /// `client` must outlive the object.
    explicit EngineApi(EngineClient& client) : client_(client) {}

    RequestHandle openModel(const protocol::OpenModelParams& params, Handlers<protocol::ModelInfo> handlers);
    RequestHandle openData(const protocol::DataSpec& spec, Handlers<protocol::DataInfo> handlers);
    RequestHandle measure(const protocol::VariantSpec& params, Handlers<protocol::VariantResult> handlers);
    RequestHandle train(const protocol::TrainParams& params, Handlers<protocol::VariantResult> handlers);
    RequestHandle exportModel(const protocol::ExportParams& params,
                              Handlers<protocol::ExportResult> handlers);
    RequestHandle verify(const protocol::VerifyParams& params, Handlers<protocol::VerifyResult> handlers);
    RequestHandle preview(const protocol::PreviewParams& params, Handlers<protocol::QConfigPreview> handlers);

  private:
    EngineClient& client_;
};

}  // namespace qs::app
