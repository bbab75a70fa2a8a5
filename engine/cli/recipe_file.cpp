#include "cli/recipe_file.h"

#include "core/files.h"
#include "core/guard.h"
#include "core/presentable.h"
#include "protocol/json.h"
#include "protocol/parse_json.h"

namespace qs::cli {

using nlohmann::json;

namespace {

constexpr const char* kRemedy = "give a JSON file with one, or what qscope quantize --json printed";

}  // namespace

Result<protocol::Recipe> readRecipe(const std::string& path) {
    QS_ASSIGN(const std::string text, readFile(path));
    const auto [object, problem] = protocol::parseJson(text);
    if (!problem.empty()) {
        return failure(path + " " + problem + ", and holds no recipe: " + kRemedy);
    }
    const json recipe = object.is_object() && object.contains("recipe") ? object["recipe"] : object;
    if (!recipe.is_object() || !recipe.contains("rules")) {
        return failure(path + " holds no recipe: " + kRemedy);
    }
    auto read = guard(path + " holds no recipe", [&] { return recipe.get<protocol::Recipe>(); });
    return read ? std::move(read) : presentable(read.error());
}

std::string recipeText(const protocol::Recipe& recipe) {
    return json(recipe).dump(2) + '\n';
}

}  // namespace qs::cli
