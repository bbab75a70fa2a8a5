#pragma once

#include <string>

#include "core/result.h"
#include "protocol/messages.h"

namespace qs::cli {

/// A recipe in a JSON file: by itself, or the member "recipe" of what qscope --json prints about a variant.
Result<protocol::Recipe> readRecipe(const std::string& path);

/// The recipe as JSON by itself, as readRecipe() takes it.
std::string recipeText(const protocol::Recipe& recipe);

}  // namespace qs::cli
