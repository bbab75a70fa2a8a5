#pragma once

#include <QTableView>

namespace qs {

/// A table of rules with the keys of a list that can be edited.
class RuleTable : public QTableView {
    Q_OBJECT
  public:
    using QTableView::QTableView;

  signals:
    /// F2 or Enter.
    void editRequested();
    /// Delete.
    void removeRequested();
    /// Alt with Up (-1) or Down (1).
    void moveRequested(int by);

  protected:
    void keyPressEvent(QKeyEvent* event) override;
};

}  // namespace qs
