#pragma once

#include <QScrollArea>
#include <optional>
#include <set>

#include "protocol/messages.h"
#include "widgets/models/view_state.h"

class QLabel;
class QPushButton;

namespace qs {

class FactGrid;

/// What there is to say about the model, the variant shown, and the selected layer.
class SummaryPanel : public QScrollArea {
    Q_OBJECT
  public:
    explicit SummaryPanel(ViewState& state, QWidget* parent = nullptr);

    void setModel(const protocol::ModelInfo* model);
    /// The data that is measured on, and the one that calibrates where that is another.
    void setData(const std::optional<protocol::DataInfo>& data,
                 const std::optional<protocol::DataInfo>& calibration);
    /// `result` null: nothing measured. `outdated`: the rules have changed since.
    void setVariant(const QString& name, const protocol::VariantResult* result, bool outdated);
    QSize sizeHint() const override { return {300, 400}; }

  signals:
    /// A click on the number of files that were skipped: "FILE: reason" each.
    void skippedRequested(const std::vector<std::string>& skipped);

  private:
    std::vector<QStringList> dataRows(const protocol::DataInfo& data) const;
    void showLayer();
    void showSkipped();
    std::vector<std::string> skipped() const;
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
    QLabel* modelNotes_;
    FactGrid* data_;
    QPushButton* skipped_;
    std::set<std::string> skippedData_;     ///< found when the data was opened
    std::set<std::string> skippedSamples_;  ///< found when the variant was measured
    QLabel* drop_;
    QLabel* busy_;
};

}  // namespace qs
