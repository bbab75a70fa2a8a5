#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "protocol/messages.h"
#include "widgets/models/layer_row.h"
#include "widgets/models/variant_profile.h"

namespace qs {

/// A variant as lists and charts show it.
struct VariantRow {
    QString id;
    QString name;
    bool trained = false;  ///< came out of QAT
    int floatLayers = 0;   ///< quantizable layers that stayed in FP32
    protocol::ModelResult fp32;
    protocol::ModelResult variant;
    std::optional<double> speedup;
    std::optional<protocol::MetricDrop> drop;
};

/// `model` tells which layers could have been quantized.
VariantRow makeVariantRow(const QString& id, const QString& name, const protocol::VariantResult& result,
                          const protocol::ModelInfo& model);

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
    /// Names that no layer has are dropped.
    void setSelectedLayers(const QStringList& layers);

    const std::vector<VariantRow>& variants() const { return variants_; }
    const QString& currentVariant() const { return currentVariant_; }
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
    void variantsChanged();
    void curveChanged();
    void profileChanged();
    /// A view asks for this variant; the application decides and answers with setVariants().
    void variantPicked(const QString& id);

  private:
    std::vector<LayerRow> layers_;
    QStringList selectedLayers_;
    std::vector<VariantRow> variants_;
    QString currentVariant_;
    std::vector<protocol::CurvePoint> curve_;
    VariantProfile profile_;
};

}  // namespace qs
