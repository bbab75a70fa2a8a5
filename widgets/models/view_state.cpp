#include "widgets/models/view_state.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "widgets/models/rules.h"

namespace qs {

VariantRows::VariantRows(const protocol::ModelInfo& model) {
    for (const auto& layer : model.layers) {
        if (layer.quantizable) {
            quantizable_.insert(layer.name);
        }
    }
}

VariantRow VariantRows::operator()(const QString& id, const QString& name,
                                   std::shared_ptr<const protocol::VariantResult> result) const {
    const auto stayedFloat = [this](const protocol::LayerResult& layer) {
        return layer.precision == kFloatQConfig && quantizable_.contains(layer.name);
    };
    const auto floatLayers = std::count_if(result->layers.begin(), result->layers.end(), stayedFloat);
    const bool trained = !result->recipe.trained_weights.empty();
    return {id, name, trained, static_cast<int>(floatLayers), std::move(result), {}, false};
}

void ViewState::setModel(std::shared_ptr<const protocol::ModelInfo> model) {
    if (model != model_) {
        model_ = std::move(model);
        emit modelChanged();
    }
}

void ViewState::setData(std::optional<protocol::DataInfo> data,
                        std::optional<protocol::DataInfo> calibration) {
    data_ = std::move(data);
    calibrationData_ = std::move(calibration);
    emit dataChanged();
}

void ViewState::setLayers(std::vector<LayerRow> layers) {
    if (layers == layers_) {
        return;
    }
    layers_ = std::move(layers);
    places_.clear();
    places_.reserve(static_cast<qsizetype>(layers_.size()));
    for (size_t i = layers_.size(); i > 0; --i) {
        places_.insert(layers_[i - 1].name(), i - 1);
    }
    emit layersChanged();
    setSelectedLayers(selectedLayers_);
}

const LayerRow* ViewState::findLayer(const QString& name) const {
    const auto found = places_.find(name);
    return found == places_.end() ? nullptr : &layers_[*found];
}

void ViewState::setSelectedLayers(const QStringList& layers) {
    QStringList known;
    std::copy_if(layers.begin(), layers.end(), std::back_inserter(known),
                 [this](const QString& name) { return places_.contains(name); });
    if (known != selectedLayers_) {
        selectedLayers_ = std::move(known);
        selected_ = QSet<QString>(selectedLayers_.begin(), selectedLayers_.end());
        emit selectedLayersChanged(selectedLayers_);
    }
}

void ViewState::setVariants(std::vector<VariantRow> variants, const QString& current) {
    if (variants == variants_ && current == currentVariant_) {
        return;
    }
    variants_ = std::move(variants);
    currentVariant_ = current;
    emit variantsChanged();
}

const VariantRow* ViewState::findVariant(const QString& id) const {
    const auto found =
        std::find_if(variants_.begin(), variants_.end(), [&](const VariantRow& row) { return row.id == id; });
    return found == variants_.end() ? nullptr : &*found;
}

void ViewState::setRules(ShownRules rules) {
    rules_ = std::move(rules);
    emit rulesChanged();
}

void ViewState::setOutdated(bool outdated) {
    if (outdated != outdated_) {
        outdated_ = outdated;
        emit outdatedChanged();
    }
}

void ViewState::setJobs(std::vector<JobRow> jobs) {
    if (jobs != jobs_) {
        jobs_ = std::move(jobs);
        emit jobsChanged();
    }
}

void ViewState::setCurve(std::vector<protocol::CurvePoint> curve) {
    curve_ = std::move(curve);
    emit curveChanged();
}

void ViewState::setProfile(VariantProfile profile) {
    profile_ = std::move(profile);
    emit profileChanged();
}

void ViewState::setExported(std::optional<protocol::ExportResult> exported) {
    exported_ = std::move(exported);
    emit exportedChanged();
}

void ViewState::setProof(std::optional<ShownProof> proof) {
    proof_ = std::move(proof);
    emit proofChanged();
}

}  // namespace qs
