#pragma once

#include <QScrollArea>
#include <optional>

#include "protocol/messages.h"
#include "widgets/models/view_state.h"

class QLabel;

namespace qs {

class FactGrid;

/// What there is to say about the model, the variant shown, and the selected layer.
class SummaryPanel : public QScrollArea {
    Q_OBJECT
  public:
    explicit SummaryPanel(ViewState& state, QWidget* parent = nullptr);

    void setModel(const std::optional<protocol::ModelInfo>& model);
    /// `result` null: nothing measured. `outdated`: the rules have changed since.
    void setVariant(const QString& name, const protocol::VariantResult* result, bool outdated);
    QSize sizeHint() const override { return {300, 400}; }

  private:
    void showLayer();
    void showFigures(const protocol::VariantResult& result);
    void showMeasurement(const protocol::VariantResult& result);

    ViewState& state_;
    FactGrid* figures_;
    QLabel* variantName_;
    QLabel* outdated_;
    QLabel* notes_;
    FactGrid* layer_;
    FactGrid* measurement_;
    FactGrid* model_;
};

}  // namespace qs
