#include "verify/file_process.h"

#include <stdlib.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "core/guard.h"
#include "isolation/channel.h"
#include "isolation/line_process.h"
#include "isolation/sandbox.h"
#include "isolation/temporary_folder.h"
#include "onnxruntime/tensor_files.h"
#include "protocol/parse_json.h"
#include "runtime/executor.h"

namespace qs {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Tensors = std::vector<at::Tensor>;

constexpr const char* kCommand = "run-file";
constexpr std::chrono::minutes kLoading{5};
constexpr std::chrono::minutes kInference{10};

fs::path engineProgram() {
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error);
    const fs::path folder = self.parent_path();
    for (const fs::path& candidate : {folder / "qscope", folder.parent_path() / "bin" / "qscope"}) {
        if (fs::exists(candidate, error)) {
            return candidate;
        }
    }
    return self;
}

Result<json> answerOf(LineProcess& process, std::chrono::milliseconds limit) {
    QS_ASSIGN(const std::string line, process.receive(limit));
    json answer = protocol::parseJson(line).value;
    if (!answer.is_object()) {
        return failure("the process that runs the file answers '" + line + "', which makes no sense");
    }
    if (const auto error = answer.find("error"); error != answer.end() && error->is_string()) {
        return failure(error->get<std::string>());
    }
    return answer;
}

template <typename F>
auto readAnswer(F&& body) {
    return guard("the process that runs the file does not answer what was asked", std::forward<F>(body));
}

/// A file that another process runs.
class DistantFile : public FileSession {
  public:
    static Result<std::unique_ptr<FileSession>> open(const FileFacts& facts, const std::string& runtime,
                                                     int threads) {
        QS_ASSIGN(auto folder, TemporaryFolder::make());
        std::error_code error;
        const json argument{{"file", textOf(fs::absolute(facts.path, error).string())},
                            {"runtime", runtime},
                            {"threads", threads},
                            {"folder", textOf(folder->path().string())}};
        QS_ASSIGN(auto process,
                  LineProcess::start(fileProgram(), argument.dump(), folder->path() / "file.log"));
        std::unique_ptr<DistantFile> file(new DistantFile(std::move(folder), std::move(process)));
        QS_ASSIGN(file->about_, answerOf(*file->process_, kLoading));
        return std::unique_ptr<FileSession>(std::move(file));
    }

    Result<Tensors> run(std::span<const at::Tensor> inputs) override {
        QS_ASSIGN(const json answer, ask("run", inputs));
        return readAnswer([&] { return readTensors(answer.at("outputs")); });
    }
    Result<Layers> runLayers(std::span<const at::Tensor> inputs, const LayerTensors& shown) override {
        json names = json::object();
        for (const auto& [layer, tensors] : shown) {
            for (const std::string& tensor : tensors) {
                names[textOf(layer)].push_back(textOf(tensor));
            }
        }
        QS_ASSIGN(const json answer, ask("layers", inputs, {{"shown", std::move(names)}}));
        return readAnswer([&]() -> Result<Layers> {
            Layers layers;
            QS_ASSIGN(layers.outputs, readTensors(answer.at("outputs")));
            for (const auto& [layer, tensors] : answer.at("layers").items()) {
                QS_ASSIGN(layers.values[layer], readTensors(tensors));
            }
            return layers;
        });
    }
    Result<std::optional<Computed>> computedBy(const std::string& tensor) override {
        QS_ASSIGN(const json answer, ask("computed", {}, {{"tensor", textOf(tensor)}}));
        return readAnswer([&]() -> Result<std::optional<Computed>> {
            const auto operators = answer.find("operators");
            return operators == answer.end() ? std::optional<Computed>()
                                             : std::optional(Computed{operators->get<std::string>(),
                                                                      answer.at("is_float").get<bool>()});
        });
    }
    Result<int64_t> integerWeights() const override {
        QS_ASSIGN(const json answer, ask("weights", {}));
        return answer.value("count", int64_t{0});
    }
    Result<double> time(std::span<const at::Tensor> inputs) override {
        QS_ASSIGN(const json answer, ask("time", inputs));
        return answer.value("ms", 0.0);
    }
    std::string version() const override { return about_.value("version", std::string()); }
    std::string whyNoLayers() const override { return about_.value("why_no_layers", std::string()); }
    std::string note() const override { return about_.value("note", std::string()); }

  private:
    DistantFile(std::unique_ptr<TemporaryFolder> folder, std::unique_ptr<LineProcess> process)
        : folder_(std::move(folder)), process_(std::move(process)) {}

    Result<json> ask(const std::string& what, std::span<const at::Tensor> inputs,
                     json question = json::object()) const {
        QS_ASSIGN(json described, writeTensors((folder_->path() / "input").string(), inputs));
        question["do"] = what;
        question["inputs"] = std::move(described);
        QS_TRY(process_->send(question.dump()));
        return answerOf(*process_, kInference);
    }

    std::unique_ptr<TemporaryFolder> folder_;  ///< outlives the process
    std::unique_ptr<LineProcess> process_;
    json about_;
};

/// The other end: one file, asked line by line.
class FileServer {
  public:
    static Result<FileServer> open(const std::string& argument) {
        const json asked = protocol::parseJson(argument).value;
        const fs::path folder = bytesOf(asked.at("folder").get<std::string>());
        ::setenv("TMPDIR", folder.c_str(), 1);
        enterSandbox({{folder}, {}});
        QS_ASSIGN(const FileFacts facts, readFacts(bytesOf(asked.at("file").get<std::string>())));
        const FileRuntime* runtime = fileRuntimes().find(asked.at("runtime").get<std::string>());
        if (runtime == nullptr) {
            return failure("there is no such runtime");
        }
        QS_ASSIGN(auto session, runtime->open(facts, setThreads(asked.at("threads").get<int>())));
        return FileServer(folder, std::move(session));
    }

    json about() const {
        return {{"version", session_->version()},
                {"why_no_layers", session_->whyNoLayers()},
                {"note", session_->note()}};
    }
    Result<json> answer(const std::string& line) {
        const json asked = protocol::parseJson(line).value;
        const auto what = asked.at("do").get<std::string>();
        QS_ASSIGN(const Tensors inputs, readTensors(asked.at("inputs")));
        if (what == "weights") {
            QS_ASSIGN(const int64_t count, session_->integerWeights());
            return json{{"count", count}};
        }
        if (what == "time") {
            QS_ASSIGN(const double ms, session_->time(inputs));
            return json{{"ms", ms}};
        }
        if (what == "layers") {
            LayerTensors shown;
            for (const auto& [layer, tensors] : asked.at("shown").items()) {
                for (const json& tensor : tensors) {
                    shown[bytesOf(layer)].push_back(bytesOf(tensor.get<std::string>()));
                }
            }
            QS_ASSIGN(const FileSession::Layers layers, session_->runLayers(inputs, shown));
            return described(layers);
        }
        if (what == "computed") {
            QS_ASSIGN(const auto computed,
                      session_->computedBy(bytesOf(asked.at("tensor").get<std::string>())));
            return computed ? json{{"operators", computed->operators}, {"is_float", computed->isFloat}}
                            : json::object();
        }
        QS_ASSIGN(const Tensors outputs, session_->run(inputs));
        return described({outputs, {}});
    }

  private:
    FileServer(fs::path folder, std::unique_ptr<FileSession> session)
        : folder_(std::move(folder)), session_(std::move(session)) {}

    Result<json> described(const FileSession::Layers& results) const {
        json answer{{"layers", json::object()}};
        QS_ASSIGN(answer["outputs"], writeTensors((folder_ / "output").string(), results.outputs));
        size_t number = 0;
        for (const auto& [layer, tensors] : results.values) {
            const std::string name = "layer" + std::to_string(number++) + "_";
            QS_ASSIGN(answer["layers"][layer], writeTensors((folder_ / name).string(), tensors));
        }
        return answer;
    }

    fs::path folder_;
    std::unique_ptr<FileSession> session_;
};

}  // namespace

Program fileProgram() {
    return {"run-file", {engineProgram().string(), kCommand}};
}

Result<std::unique_ptr<FileSession>> openInProcess(const FileFacts& facts, const std::string& runtime,
                                                   int threads) {
    return DistantFile::open(facts, runtime, threads);
}

int serveFile(const std::string& argument) {
    // Nothing but answers may go where they are read from.
    const int channel = ::dup(STDOUT_FILENO);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    const auto say = [channel](const json& answer) {
        const std::string line = answer.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
        for (size_t said = 0; said < line.size();) {
            const ssize_t count = ::write(channel, line.data() + said, line.size() - said);
            if (count <= 0) {
                return;
            }
            said += static_cast<size_t>(count);
        }
    };
    auto server = guard("the file cannot be opened", [&] { return FileServer::open(argument); });
    if (!server) {
        say({{"error", server.error().message}});
        return 1;
    }
    say(server->about());
    for (std::string line; std::getline(std::cin, line);) {
        const auto answer = guard("the file cannot be run", [&] { return server->answer(line); });
        say(answer ? *answer : json{{"error", answer.error().message}});
    }
    return 0;
}

}  // namespace qs
