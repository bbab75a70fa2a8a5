#include "app/client/engine_api.h"

#include <utility>

#include "protocol/json.h"

namespace qs::app {

using nlohmann::json;

namespace {

/// The part of a training whose value is a CurvePoint; all others are results.
constexpr const char* kTrainingPart = "point";

template <typename T>
std::any decode(const std::string& part, const json& value) {
    if (part == kTrainingPart) {
        return value.get<protocol::CurvePoint>();
    }
    return value.get<T>();
}

template <typename T>
RequestHandlers untyped(Handlers<T> handlers) {
    RequestHandlers raw;
    raw.decode = decode<T>;
    raw.onResult = [onResult = std::move(handlers.onResult)](const std::any& result) {
        if (onResult) {
            onResult(std::any_cast<const T&>(result));
        }
    };
    raw.onError = std::move(handlers.onError);
    raw.onProgress = std::move(handlers.onProgress);
    raw.onPartial = [onPartial = std::move(handlers.onPartial), onTraining = std::move(handlers.onTraining)](
                        const std::string& part, const std::any& value) {
        if (part == kTrainingPart) {
            if (onTraining) {
                onTraining(std::any_cast<const protocol::CurvePoint&>(value));
            }
        } else if (onPartial) {
            onPartial(part, std::any_cast<const T&>(value));
        }
    };
    return raw;
}

}  // namespace

RequestHandle EngineApi::openModel(const protocol::OpenModelParams& params,
                                   Handlers<protocol::ModelInfo> handlers) {
    return client_.request("model.open", params, untyped(std::move(handlers)));
}

RequestHandle EngineApi::openData(const protocol::DataSpec& spec, Handlers<protocol::DataInfo> handlers) {
    return client_.request("data.open", spec, untyped(std::move(handlers)));
}

RequestHandle EngineApi::measure(const protocol::VariantSpec& params,
                                 Handlers<protocol::VariantResult> handlers) {
    return client_.request("variant.measure", params, untyped(std::move(handlers)));
}

RequestHandle EngineApi::train(const protocol::TrainParams& params,
                               Handlers<protocol::VariantResult> handlers) {
    return client_.request("variant.train", params, untyped(std::move(handlers)));
}

RequestHandle EngineApi::exportModel(const protocol::ExportParams& params,
                                     Handlers<protocol::ExportResult> handlers) {
    return client_.request("variant.export", params, untyped(std::move(handlers)));
}

RequestHandle EngineApi::verify(const protocol::VerifyParams& params,
                                Handlers<protocol::VerifyResult> handlers) {
    return client_.request("variant.verify", params, untyped(std::move(handlers)));
}

RequestHandle EngineApi::preview(const protocol::PreviewParams& params,
                                 Handlers<protocol::QConfigPreview> handlers) {
    return client_.request("qconfig.preview", params, untyped(std::move(handlers)));
}

}  // namespace qs::app
