#pragma once

#include <functional>

#include "app/client/engine_client.h"
#include "protocol/messages.h"

namespace qs::app {

/// RequestHandlers whose result is a protocol struct. An answer that cannot be read as T goes to onError.
template <typename T>
struct Handlers {
    std::function<void(const T& result)> onResult;
    std::function<void(int code, const QString& message)> onError;
    std::function<void(const protocol::ProgressNote& note)> onProgress;
    std::function<void(const protocol::CurvePoint& point)> onTraining;
};

/// The methods of protocol/messages.h as functions.
class EngineApi {
  public:
    /// `client` must outlive the object.
    explicit EngineApi(EngineClient& client) : client_(client) {}

    RequestHandle openModel(const protocol::OpenModelParams& params, Handlers<protocol::ModelInfo> handlers);
    RequestHandle openData(const protocol::DataSpec& spec, Handlers<protocol::DataInfo> handlers);
    RequestHandle measure(const protocol::MeasureParams& params, Handlers<protocol::VariantResult> handlers);
    RequestHandle train(const protocol::TrainParams& params, Handlers<protocol::VariantResult> handlers);
    RequestHandle exportModel(const protocol::ExportParams& params,
                              Handlers<protocol::ExportResult> handlers);
    RequestHandle verify(const protocol::VerifyParams& params, Handlers<protocol::VerifyResult> handlers);

  private:
    EngineClient& client_;
};

}  // namespace qs::app
