#include "core/guard.h"

namespace qs {

std::string exceptionSummary(const std::exception& e) {
    std::string text = e.what();
    if (const auto end = text.find("\nException raised from"); end != std::string::npos) {
        text.resize(end);
    }
    for (char& c : text) {
        if (c == '\n') {
            c = ' ';
        }
    }
    while (!text.empty() && text.back() == ' ') {
        text.pop_back();
    }
    return text;
}

}  // namespace qs
