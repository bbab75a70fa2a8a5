#include "cli/verified_against.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "core/guard.h"
#include "core/match.h"
#include "protocol/json.h"
#include "protocol/parse_json.h"

namespace qs::cli {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kProjectFormat = "quantoscope project";
constexpr const char* kVariantFormat = "quantoscope variant";

/// A path of a project in `folder`, which keeps those beside and below it relative.
std::string fromFolder(const fs::path& folder, const std::string& path) {
    return path.empty() ? path : (folder / path).lexically_normal().string();
}

std::string textOf(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const json& listOf(const json& object, const char* name) {
    static const json empty = json::array();
    const auto found = object.find(name);
    return found != object.end() && found->is_array() ? *found : empty;
}

/// The variant called `wanted`, else the current one, else the only one.
Result<json> chooseVariant(const json& project, const std::string& wanted, const std::string& path) {
    const json& variants = listOf(project, "variants");
    std::vector<std::string> names;
    for (const json& variant : variants) {
        const bool current = wanted.empty() && textOf(variant, "id") == textOf(project, "current_variant");
        if (current || (!wanted.empty() && textOf(variant, "name") == wanted)) {
            return variant;
        }
        names.push_back("'" + textOf(variant, "name") + "'");
    }
    if (variants.empty()) {
        return failure(path + " has no variant: quantize in it first");
    }
    if (wanted.empty() && variants.size() == 1) {
        return variants[0];
    }
    return usageError((wanted.empty() ? path + " has several variants: choose one with --variant"
                                      : path + " has no variant '" + wanted + "'") +
                      " (" + join(names) + ")");
}

/// The recipe of a variant of a project in `folder`: from the variant's file, or, as version 1 of projects
/// had it, from the project itself.
Result<protocol::Recipe> recipeOf(const json& variant, const fs::path& folder) {
    json result = variant.value("result", json());
    if (result.is_null()) {
        const std::string path = fromFolder(folder, variant.at("file").get<std::string>());
        QS_ASSIGN(const std::string text, readFile(path));
        auto [stored, problem] = protocol::parseJson(text);
        if (!stored.is_object() || textOf(stored, "format") != kVariantFormat) {
            return failure(path + " is no variant of a project, or it is damaged" +
                           (problem.empty() ? "" : ": it " + problem));
        }
        result = std::move(stored.at("result"));
        result.at("recipe")["trained_weights"] = textOf(variant, "trained_weights");
    }
    auto recipe = result.at("recipe").get<protocol::Recipe>();
    recipe.trained_weights = fromFolder(folder, recipe.trained_weights);
    return recipe;
}

Result<VerifiedAgainst> readProject(const json& project, const std::string& wanted, const std::string& path) {
    QS_ASSIGN(const json variant, chooseVariant(project, wanted, path));
    return guard(path + " is damaged: save the project again", [&]() -> Result<VerifiedAgainst> {
        const fs::path folder = fs::absolute(path).parent_path();
        VerifiedAgainst against;
        against.model = fromFolder(folder, project.at("model").at("path").get<std::string>());
        against.inputs = project.value("inputs", std::vector<protocol::TensorInfo>());
        QS_ASSIGN(against.recipe, recipeOf(variant, folder));
        if (const auto data = project.find("evaluation"); data != project.end() && data->is_object()) {
            against.data = data->at("spec").get<protocol::DataSpec>();
        }
        return against;
    });
}

bool looksLikeJson(const std::string& text) {
    const size_t first = text.find_first_not_of(" \t\r\n");
    return first != std::string::npos && text[first] == '{';
}

}  // namespace

Result<VerifiedAgainst> readAgainst(const std::string& path, const std::string& variant) {
    QS_ASSIGN(const std::string text, readFile(path));
    if (!looksLikeJson(text)) {
        if (!variant.empty()) {
            return usageError("--variant chooses from a project, and " + path + " is a model");
        }
        return VerifiedAgainst{path, {}, {}, {}};
    }
    const auto [project, problem] = protocol::parseJson(text);
    if (!project.is_object() || textOf(project, "format") != kProjectFormat) {
        return failure(path + " is neither a model nor a project of Quantoscope, or it is damaged" +
                       (problem.empty() ? "" : ": it " + problem));
    }
    return readProject(project, variant, path);
}

}  // namespace qs::cli
