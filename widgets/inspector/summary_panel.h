#pragma once

#include <QScrollArea>
#include <memory>
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
    QSize sizeHint() const override { return {300, 400}; }

  private:
    void showModel();
    void showData();
    void showVariant();
    void showOutdated();
    std::vector<QStringList> dataRows(const protocol::DataInfo& data) const;
    static QString qconfigText(const LayerRow& row);
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
    QString shownName_;  ///< of the variant whose figures are shown
    std::shared_ptr<const protocol::VariantResult> shown_;
    std::set<std::string> skippedData_;     ///< found when the data was opened
    std::set<std::string> skippedSamples_;  ///< found when the variant was measured
    QLabel* drop_;
    QLabel* busy_;
};

}  // namespace qs
