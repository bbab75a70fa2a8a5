#include "core/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>

#include <cstdlib>

namespace qs {

void setUpLogging() {
    spdlog::set_default_logger(
        std::make_shared<spdlog::logger>("qscope", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()));
    const char* level = std::getenv("QSCOPE_LOG");
    spdlog::set_level(level ? spdlog::level::from_str(level) : spdlog::level::warn);
}

}  // namespace qs
