#include "verify/file_facts.h"

#include <caffe2/serialize/inline_container.h>
#include <onnx/onnx_pb.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "core/guard.h"
#include "core/presentable.h"
#include "data/preprocess.h"
#include "importers/archive.h"
#include "protocol/json.h"
#include "protocol/parse_json.h"

namespace qs {

namespace fs = std::filesystem;

namespace {

constexpr const char* kMetadataName = "quantoscope";

bool isZip(const fs::path& path) {
    char bytes[2] = {};
    std::ifstream(path, std::ios::binary).read(bytes, sizeof(bytes));
    return bytes[0] == 'P' && bytes[1] == 'K';
}

std::string textOf(caffe2::serialize::PyTorchStreamReader& archive, const std::string& name) {
    if (!archive.hasRecord(name)) {
        return {};
    }
    const auto [data, size] = archive.getRecord(name);
    return {static_cast<const char*>(data.get()), size};
}

/// The metadata of a TorchScript archive, or an empty text.
Result<std::string> readArchive(FileFacts& facts) {
    QS_TRY(checkZip(facts.path));
    return guard(facts.path.string() + " is no TorchScript model, or damaged: export it again",
                 [&]() -> Result<std::string> {
                     caffe2::serialize::PyTorchStreamReader archive(facts.path.string());
                     if (!archive.hasRecord("constants.pkl")) {
                         return failure(facts.path.string() +
                                        " is no exported model: give a file that qscope quantize wrote");
                     }
                     facts.format =
                         archive.hasRecord("bytecode.pkl") ? FileFormat::Lite : FileFormat::TorchScript;
                     return textOf(archive, std::string("extra/") + kMetadataName + ".json");
                 });
}

Result<std::string> readOnnx(FileFacts& facts) {
    facts.format = FileFormat::Onnx;
    QS_ASSIGN(const std::string bytes, readFile(facts.path));
    onnx::ModelProto model;
    if (!model.ParseFromString(bytes) || model.graph().output().empty()) {
        return failure(facts.path.string() +
                       " is no exported model, or damaged: give a file that qscope quantize wrote");
    }
    for (const auto& property : model.metadata_props()) {
        if (property.key() == kMetadataName) {
            return property.value();
        }
    }
    return std::string();
}

void readMetadata(const nlohmann::json& metadata, FileFacts& facts) {
    facts.described = true;
    if (const auto recipe = metadata.find("recipe"); recipe != metadata.end()) {
        facts.recipe = recipe->get<protocol::Recipe>();
    }
    facts.target = metadata.value("target", std::string());
    facts.inputs = metadata.value("inputs", std::vector<protocol::TensorInfo>());
    if (const auto found = metadata.find("preprocessing"); found != metadata.end()) {
        facts.preprocessing = found->get<protocol::Preprocessing>();
    }
    facts.preprocessingInside = metadata.value("preprocessing_inside", false);
    facts.layers = metadata.value("layers", LayerTensors());
}

std::string unreadable(const fs::path& path) {
    return "the metadata of " + path.string() + " cannot be read; export it again";
}

}  // namespace

Result<FileFacts> readFacts(const fs::path& path) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
        return failure(path.string() + " is a folder: give the model file that lies in it");
    }
    if (!fs::exists(path, error)) {
        return failure(path.string() + " does not exist: export it first (qscope quantize)");
    }
    FileFacts facts;
    facts.path = path;
    QS_ASSIGN(const std::string text, isZip(path) ? readArchive(facts) : readOnnx(facts));
    if (text.empty()) {
        return facts;
    }
    const auto [metadata, problem] = protocol::parseJson(text);
    if (!problem.empty() || !metadata.is_object()) {
        return failure(unreadable(path) + ": it " + (problem.empty() ? "is no JSON object" : problem));
    }
    QS_TRY(guard(unreadable(path), [&, &object = metadata] { readMetadata(object, facts); }));
    if (facts.preprocessing) {
        if (const auto usable = Preprocessor::make(*facts.preprocessing, {}); !usable) {
            return failure(unreadable(path) + ": its preprocessing is damaged, because " +
                           presentable(usable.error().message));
        }
    }
    return facts;
}

}  // namespace qs
