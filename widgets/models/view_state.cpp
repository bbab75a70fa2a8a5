#include "widgets/models/view_state.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "widgets/models/rules.h"

namespace qs {

VariantRow makeVariantRow(const QString& id, const QString& name, const protocol::VariantResult& result,
                          const protocol::ModelInfo& model) {
    std::unordered_set<std::string> quantizable;
    for (const auto& layer : model.layers) {
        if (layer.quantizable) {
            quantizable.insert(layer.name);
        }
    }
    const auto stayedFloat = [&](const protocol::LayerResult& layer) {
        return layer.precision == kFloatQConfig && quantizable.contains(layer.name);
    };
    VariantRow row;
    row.id = id;
    row.name = name;
    row.trained = !result.recipe.trained_weights.empty();
    row.floatLayers =
        static_cast<int>(std::count_if(result.layers.begin(), result.layers.end(), stayedFloat));
    row.fp32 = result.fp32;
    row.variant = result.variant;
    row.speedup = result.speedup;
    row.drop = result.drop;
    return row;
}

void ViewState::setLayers(std::vector<LayerRow> layers) {
    layers_ = std::move(layers);
    emit layersChanged();
    setSelectedLayers(selectedLayers_);
}

const LayerRow* ViewState::findLayer(const QString& name) const {
    const auto found =
        std::find_if(layers_.begin(), layers_.end(), [&](const LayerRow& row) { return row.name() == name; });
    return found == layers_.end() ? nullptr : &*found;
}

void ViewState::setSelectedLayers(const QStringList& layers) {
    QStringList known;
    std::copy_if(layers.begin(), layers.end(), std::back_inserter(known),
                 [this](const QString& name) { return findLayer(name) != nullptr; });
    if (known != selectedLayers_) {
        selectedLayers_ = known;
        emit selectedLayersChanged(selectedLayers_);
    }
}

void ViewState::setVariants(std::vector<VariantRow> variants, const QString& current) {
    variants_ = std::move(variants);
    currentVariant_ = current;
    emit variantsChanged();
}

const VariantRow* ViewState::findVariant(const QString& id) const {
    const auto found =
        std::find_if(variants_.begin(), variants_.end(), [&](const VariantRow& row) { return row.id == id; });
    return found == variants_.end() ? nullptr : &*found;
}

void ViewState::setCurve(std::vector<protocol::CurvePoint> curve) {
    curve_ = std::move(curve);
    emit curveChanged();
}

void ViewState::setProfile(VariantProfile profile) {
    profile_ = std::move(profile);
    emit profileChanged();
}

}  // namespace qs
