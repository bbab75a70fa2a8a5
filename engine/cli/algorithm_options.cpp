#include "cli/algorithm_options.h"

#include <charconv>
#include <sstream>

#include "quant/algorithms/algorithm.h"

namespace qs::cli {

namespace {

std::string algorithmHelp() {
    std::ostringstream text;
    text << "NAME[:PARAMETER=VALUE,...]: what makes the variant better without training; again for others:";
    for (const auto& [name, algorithm] : ptqAlgorithms().entries()) {
        text << '\n' << name << ": " << algorithm.description;
        for (const ParameterDef& parameter : algorithm.parameters) {
            text << "; " << parameter.name << ": " << parameter.description << " (" << parameter.least
                 << " to " << parameter.greatest << ", default " << parameter.defaultValue << ')';
        }
    }
    return text.str();
}

Result<protocol::Algorithm> parseAlgorithm(const std::string& text) {
    const auto refuse = [&](const std::string& part) {
        return usageError("--algorithm '" + text + "': '" + part +
                          "' is no PARAMETER=VALUE; write NAME:PARAMETER=VALUE,...");
    };
    const size_t colon = text.find(':');
    protocol::Algorithm algorithm{text.substr(0, colon), {}};
    if (colon == std::string::npos) {
        return algorithm;
    }
    std::istringstream parts(text.substr(colon + 1));
    for (std::string part; std::getline(parts, part, ',');) {
        const size_t equals = part.find('=');
        if (equals == std::string::npos) {
            return refuse(part);
        }
        double& value = algorithm.parameters[part.substr(0, equals)];
        const char* const end = part.data() + part.size();
        const auto [read, error] = std::from_chars(part.data() + equals + 1, end, value);
        if (error != std::errc() || read != end) {
            return refuse(part);
        }
    }
    return algorithm;
}

}  // namespace

void AlgorithmOptions::add(CLI::App& command) {
    command.add_option("--algorithm", texts_, algorithmHelp())
        ->allow_extra_args(false)
        ->type_name("ALGORITHM");
}

Result<std::vector<protocol::Algorithm>> AlgorithmOptions::read() const {
    std::vector<protocol::Algorithm> algorithms;
    for (const std::string& text : texts_) {
        QS_ASSIGN(protocol::Algorithm algorithm, parseAlgorithm(text));
        algorithms.push_back(std::move(algorithm));
    }
    return algorithms;
}

}  // namespace qs::cli
