#pragma once

#include <QHash>
#include <QObject>
#include <QSet>
#include <QString>
#include <QStringList>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "protocol/messages.h"
#include "widgets/models/layer_row.h"
#include "widgets/models/variant_profile.h"

namespace qs {

/// A variant as lists and charts show it.
struct VariantRow {
    QString id;
    QString name;
    bool trained = false;                                   ///< came out of QAT
    int floatLayers = 0;                                    ///< quantizable layers that stayed in FP32
    std::shared_ptr<const protocol::VariantResult> result;  ///< never null

    bool operator==(const VariantRow&) const = default;
};

/// Makes rows of variants of one model, which tells which layers could have been quantized.
class VariantRows {
  public:
    explicit VariantRows(const protocol::ModelInfo& model);
    VariantRow operator()(const QString& id, const QString& name,
                          std::shared_ptr<const protocol::VariantResult> result) const;

  private:
    std::unordered_set<std::string> quantizable_;
};

/// What all views of the workbench show, and what is selected in them. Views read it, follow its signals and
/// set the selection; the application fills it from its session. Nothing here needs an engine.
class ViewState : public QObject {
    Q_OBJECT
  public:
    using QObject::QObject;

    const std::vector<LayerRow>& layers() const { return layers_; }
    void setLayers(std::vector<LayerRow> layers);
    /// Null if there is no such layer.
    const LayerRow* findLayer(const QString& name) const;

    const QStringList& selectedLayers() const { return selectedLayers_; }
    bool isSelected(const QString& layer) const { return selected_.contains(layer); }
    /// Names that no layer has are dropped.
    void setSelectedLayers(const QStringList& layers);

    const std::vector<VariantRow>& variants() const { return variants_; }
    const QString& currentVariant() const { return currentVariant_; }
    /// Says so where something is different.
    void setVariants(std::vector<VariantRow> variants, const QString& current);
    const VariantRow* findVariant(const QString& id) const;

    const std::vector<protocol::CurvePoint>& curve() const { return curve_; }
    void setCurve(std::vector<protocol::CurvePoint> curve);

    /// Of the current variant.
    const VariantProfile& profile() const { return profile_; }
    void setProfile(VariantProfile profile);

  signals:
    void layersChanged();
    void selectedLayersChanged(const QStringList& layers);
    /// The variants, or which of them is current.
    void variantsChanged();
    void curveChanged();
    void profileChanged();
    /// A view asks for this variant; the application decides and answers with setVariants().
    void variantPicked(const QString& id);
    /// A view asks for a layer to be brought into sight.
    void layerRequested(const QString& layer);

  private:
    std::vector<LayerRow> layers_;
    QHash<QString, size_t> places_;  ///< of layers, by name
    QStringList selectedLayers_;
    QSet<QString> selected_;  ///< the same
    std::vector<VariantRow> variants_;
    QString currentVariant_;
    std::vector<protocol::CurvePoint> curve_;
    VariantProfile profile_;
};

}  // namespace qs
