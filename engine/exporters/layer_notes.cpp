#include "exporters/layer_notes.h"

#include <algorithm>

#include "core/match.h"

namespace qs {

void LayerNotes::add(const std::string& layer, const std::string& text) {
    std::vector<std::string>& layers = layers_[text];
    if (layers.empty()) {
        texts_.push_back(text);
    }
    if (std::find(layers.begin(), layers.end(), layer) == layers.end()) {
        layers.push_back(layer);
    }
}

std::vector<std::string> LayerNotes::lines() const {
    std::vector<std::string> lines;
    for (const std::string& text : texts_) {
        const std::vector<std::string>& layers = layers_.at(text);
        lines.push_back((layers.size() == 1 ? "layer " : "layers ") + join(layers) + ": " + text);
    }
    return lines;
}

}  // namespace qs
