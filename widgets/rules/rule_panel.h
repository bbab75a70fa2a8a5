#pragma once

#include <QString>
#include <QWidget>
#include <vector>

#include "protocol/messages.h"
#include "widgets/models/view_state.h"

class QLabel;
class QPushButton;

namespace qs {

class RuleTable;
class RuleTableModel;

/// The rules in their order: which layers each wins, and what is wrong with it. Selecting one selects its
/// layers.
class RulePanel : public QWidget {
    Q_OBJECT
  public:
    explicit RulePanel(ViewState& state, QWidget* parent = nullptr);

    QSize sizeHint() const override { return {420, 180}; }

  private:
    void build();
    void showRules();
    void showNote();
    void selectRule(int rule);
    void selectLayers();
    int currentRule() const;
    void removeCurrent();
    void moveCurrent(int by);
    void updateButtons();

    ViewState& state_;
    RuleTableModel* model_;
    RuleTable* table_;
    QLabel* note_;
    QPushButton* add_;
    QPushButton* edit_;
    QPushButton* remove_;
    QPushButton* up_;
    QPushButton* down_;
    std::vector<QStringList> layers_;  ///< by rule: those that it wins
    bool syncing_ = false;             ///< the rows are being replaced
};

}  // namespace qs
