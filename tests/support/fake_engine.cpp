// An engine that speaks the protocol and answers at once with invented results (support/sample_results.h),
// for tests of the client, the session and the window, and for looking at the window without a model.
//
//   fake_engine [--step-ms N]     milliseconds for each of the steps of a job, 2 if not given
//               [--crash-at-start]
//               [--no-handshake]  never answers
//               [--protocol N]    claims this protocol version
//
// The file name of the model decides how a job goes: "crash" in it makes the process abort in the middle,
// "fail" makes the job fail, "hang" makes it ignore cancellation and never end; with "late" beside them, when
// the errors of the layers are known. "free" in it is a model that opens only with a shape for its input
// "image", "large" one of 2,000 layers; for others see support/sample_results.h. variant.train writes its
// weights file. Exports and proofs are support/sample_exports.h's. Methods for the client's own tests:
// debug.echo, debug.crash, debug.hang, debug.garbage, debug.stderr, debug.count, debug.jobs.

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocol/framing.h"
#include "protocol/json.h"
#include "protocol/rpc.h"
#include "support/large_results.h"
#include "support/sample_exports.h"
#include "support/sample_preview.h"
#include "support/sample_results.h"

namespace {

using namespace qs;
using namespace qs::protocol;
using nlohmann::json;

struct Options {
    int stepMs = 2;
    bool crashAtStart = false;
    bool handshake = true;
    int protocolVersion = kProtocolVersion;
};

bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

/// As it is before anything was timed.
VariantResult withoutLatency(VariantResult result) {
    for (LayerResult& layer : result.layers) {
        layer.fp32_ms = layer.variant_ms = layer.restore_ms = std::nullopt;
        layer.local_sqnr_db = layer.output_error_percent = std::nullopt;
    }
    for (ModelResult* model : {&result.fp32, &result.variant}) {
        model->latency_ms = model->latency_p10_ms = model->latency_p90_ms = std::nullopt;
    }
    result.boundaries.clear();
    result.speedup.reset();
    result.speedup_low.reset();
    result.speedup_high.reset();
    result.peaks.reset();
    result.profile.reset();
    result.findings.clear();
    return result;
}

class FakeEngine {
  public:
    explicit FakeEngine(Options options) : options_(options) {}

    int run() {
        while (!ended_) {
            pump(-1);
            while (!queue_.empty()) {
                const Request request = queue_.front();
                queue_.pop_front();
                answer(request);
            }
        }
        return 0;
    }

  private:
    /// Waits up to `milliseconds` for input and sorts what has come.
    void pump(int milliseconds) {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (ended_ || ::poll(&input, 1, milliseconds) <= 0) {
            return;
        }
        char bytes[4096];
        const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof(bytes));
        if (count <= 0) {
            ended_ = true;
            return;
        }
        decoder_.feed({bytes, static_cast<size_t>(count)});
        while (auto frame = decoder_.next()) {
            if (const auto* message = std::get_if<json>(&*frame)) {
                sort(parseMessage(*message));
            }
        }
    }

    void sort(const Message& message) {
        if (const auto* request = std::get_if<Request>(&message)) {
            // Questions do not wait for jobs.
            if (request->method == "qconfig.preview") {
                preview(*request, request->params.get<PreviewParams>());
            } else {
                queue_.push_back(*request);
            }
        } else if (const auto* note = std::get_if<Notification>(&message);
                   note && note->method == "$/cancelRequest") {
            cancel(note->params.get<CancelParams>().id);
        }
    }

    /// As the engine does it: a request that waits is answered at once.
    void cancel(int64_t id) {
        const auto waiting = std::find_if(queue_.begin(), queue_.end(),
                                          [id](const Request& request) { return request.id == id; });
        if (waiting == queue_.end() || waiting->method == "debug.hang") {
            cancelled_.insert(id);
            return;
        }
        const Request request = *waiting;
        queue_.erase(waiting);
        fail(request, kRequestCancelled, "cancelled");
    }

    void send(const json& message) { sendBytes(encodeFrame(message)); }

    void sendBytes(const std::string& bytes) {
        std::fwrite(bytes.data(), 1, bytes.size(), stdout);
        std::fflush(stdout);
    }

    void succeed(const Request& request, const json& result) {
        send(toJson(Response{request.id, result, {}}));
    }
    void fail(const Request& request, int code, const std::string& text, const json& data = {}) {
        send(toJson(Response{request.id, nullptr, RpcError{code, text, data}}));
    }

    void answer(const Request& request) {
        ++count_;
        if (request.method == "initialize") {
            initialize(request);
        } else if (request.method == "model.open") {
            openModel(request, request.params.get<OpenModelParams>());
        } else if (request.method == "data.open") {
            openData(request, request.params.get<DataSpec>());
        } else if (request.method == "variant.measure") {
            measure(request, request.params.get<VariantSpec>());
        } else if (request.method == "variant.train") {
            train(request, request.params.get<TrainParams>());
        } else if (request.method == "variant.export") {
            exportModel(request, request.params.get<ExportParams>());
        } else if (request.method == "variant.verify") {
            verify(request, request.params.get<VerifyParams>());
        } else if (request.method == "shutdown") {
            succeed(request, nullptr);
            ended_ = true;
        } else {
            debug(request);
        }
    }

    void initialize(const Request& request) {
        if (options_.handshake) {
            EngineInfo info = samples::engineInfo();
            info.protocol_version = options_.protocolVersion;
            succeed(request, info);
        }
    }

    void debug(const Request& request) {
        if (request.method == "debug.echo") {
            succeed(request, request.params);
        } else if (request.method == "debug.count") {
            succeed(request, count_);
        } else if (request.method == "debug.jobs") {
            send(toJson(Notification{"$/jobs", request.params}));
            succeed(request, nullptr);
        } else if (request.method == "debug.crash") {
            std::fputs("fake engine: crashing as asked\n", stderr);
            std::abort();
        } else if (request.method == "debug.hang") {
            hang();
        } else if (request.method == "debug.garbage") {
            sendBytes("this is not a frame\nContent-Length: 3\r\n\r\n{x}");
            succeed(request, "after garbage");
        } else if (request.method == "debug.stderr") {
            std::fputs((request.params.value("text", "") + "\n").c_str(), stderr);
            succeed(request, nullptr);
        } else {
            fail(request, kUnknownMethod, "unknown method '" + request.method + "'");
        }
    }

    void hang() {
        while (!ended_) {
            pump(1000);
        }
    }

    /// A job of `steps` steps; false if it has been answered with an error.
    bool work(const Request& request, const std::string& model, const char* text, int steps,
              const std::function<void(int)>& atStep = {}) {
        for (int done = 0; done <= steps; ++done) {
            send(toJson(Notification{"$/progress", ProgressNote{request.id, done, steps, text,
                                                                (steps - done) * options_.stepMs / 1000.0}}));
            pump(options_.stepMs);
            if (contains(model, "crash") && done == steps / 2) {
                std::fputs("fake engine: crashing in the middle of a job\n", stderr);
                std::abort();
            }
            if (contains(model, "hang")) {
                hang();
            }
            if (contains(model, "fail") && done == steps / 2) {
                fail(request, kFailed, "the job failed on " + model);
                return false;
            }
            if (cancelled_.contains(request.id) && request.method != "debug.hang") {
                fail(request, kRequestCancelled, "cancelled");
                return false;
            }
            if (atStep && done < steps) {
                atStep(done);
            }
        }
        return true;
    }

    static ModelInfo modelInfo(const std::string& path) {
        return contains(path, "large") ? samples::largeModel(path, 2000) : samples::modelInfo(path);
    }

    void preview(const Request& request, const PreviewParams& params) {
        if (opened_.contains(params.model)) {
            succeed(request, samples::preview(modelInfo(params.model), params.rules));
        } else {
            fail(request, kFailed, params.model + " is not open: open it first", {{"model", params.model}});
        }
    }

    void openModel(const Request& request, const OpenModelParams& params) {
        if (contains(params.model, "missing")) {
            fail(request, kFailed, "cannot read " + params.model + ": no such file");
        } else if (contains(params.model, "free") && params.inputs.empty()) {
            fail(request, kFailed,
                 "input image has the shape ?x1x?x?: give its size, for example --input "
                 "image=1x1x224x224",
                 {{"input", "image"}, {"shape", {1, 1, 224, 224}}});
        } else {
            ModelInfo info = modelInfo(params.model);
            if (!params.inputs.empty()) {
                info.inputs = params.inputs;
            }
            opened_.insert(params.model);
            succeed(request, info);
        }
    }

    void openData(const Request& request, const DataSpec& spec) {
        if (contains(spec.source, "missing")) {
            fail(request, kFailed, "no images in " + spec.source);
        } else {
            succeed(request, samples::dataInfo(spec));
        }
    }

    void measure(const Request& request, const VariantSpec& params) {
        VariantResult result =
            contains(params.model, "large")
                ? samples::largeVariant(modelInfo(params.model), params.recipe, count_)
                : samples::variant(params.recipe, params.data ? params.data->source : "", params.model);
        if (params.calib_data) {
            result.measured.calib_data = params.calib_data->source;
        }
        const bool late = contains(params.model, "late");
        if (!work(request, late ? "" : params.model, "Calibrating", 10)) {
            return;
        }
        VariantResult soFar = withoutLatency(result);
        const ModelResult accuracy = std::exchange(soFar.variant, {});
        send(toJson(toNotification({request.id, "errors", soFar})));
        if (params.data) {
            soFar.variant = accuracy;
            send(toJson(toNotification({request.id, "accuracy", soFar})));
        }
        if (work(request, late ? params.model : "", "Measuring", 10)) {
            succeed(request, result);
        }
    }

    void train(const Request& request, const TrainParams& params) {
        constexpr int kSteps = 40;
        const int epochs = params.variant.recipe.qat ? params.variant.recipe.qat->epochs : 1;
        std::vector<CurvePoint> curve;
        const bool done = work(request, params.variant.model, "Training", kSteps, [&](int step) {
            curve.push_back(samples::curvePoint(step, kSteps, epochs));
            send(toJson(toNotification({request.id, "point", curve.back()})));
        });
        if (!done) {
            return;
        }
        Recipe recipe = params.variant.recipe;
        recipe.trained_weights = params.weights_path;
        VariantResult result =
            samples::variant(recipe, params.variant.data ? params.variant.data->source : "");
        result.curve = std::move(curve);
        // The weights get their name when all is done.
        VariantResult soFar = withoutLatency(result);
        soFar.variant = {};
        soFar.recipe.trained_weights += ".part";
        send(toJson(toNotification({request.id, "errors", soFar})));
        if (!work(request, "", "Measuring", 10)) {
            return;
        }
        std::ofstream(params.weights_path) << "weights of " << params.variant.model << "\n";
        succeed(request, result);
    }

    void exportModel(const Request& request, const ExportParams& params) {
        if (!params.replace && std::filesystem::exists(params.path)) {
            fail(request, kFailed, params.path + " exists: choose another name, or allow replacing it");
            return;
        }
        if (!work(request, params.variant.model, "Exporting", 5)) {
            return;
        }
        const ExportResult result = samples::exportResult(params);
        for (const std::string& file : result.files) {
            if (result.path != file && params.target == "android") {
                std::filesystem::create_directories(std::filesystem::path(file).parent_path());
            }
            if (!(std::ofstream(file) << "exported " << params.variant.model << "\n")) {
                fail(request, kFailed, "cannot write " + file);
                return;
            }
        }
        succeed(request, result);
    }

    void verify(const Request& request, const VerifyParams& params) {
        if (!std::filesystem::exists(params.file)) {
            fail(request, kFailed, "cannot read " + params.file + ": no such file");
        } else if (work(request, params.model, "Comparing", 10)) {
            succeed(request, samples::verification(params));
        }
    }

    Options options_;
    FrameDecoder decoder_;
    std::deque<Request> queue_;
    std::set<int64_t> cancelled_;
    std::set<std::string> opened_;  ///< models
    int count_ = 0;
    bool ended_ = false;
};

Options parseOptions(const std::vector<std::string>& arguments) {
    Options options;
    for (size_t i = 0; i < arguments.size(); ++i) {
        const bool hasValue = i + 1 < arguments.size();
        if (arguments[i] == "--step-ms" && hasValue) {
            options.stepMs = std::stoi(arguments[++i]);
        } else if (arguments[i] == "--protocol" && hasValue) {
            options.protocolVersion = std::stoi(arguments[++i]);
        } else if (arguments[i] == "--crash-at-start") {
            options.crashAtStart = true;
        } else if (arguments[i] == "--no-handshake") {
            options.handshake = false;
        }
    }
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    const Options options = parseOptions({argv + 1, argv + argc});
    if (options.crashAtStart) {
        std::fputs("fake engine: cannot open shared object file\n", stderr);
        return 127;
    }
    return FakeEngine(options).run();
}
