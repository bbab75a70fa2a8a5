#pragma once

#include <QStringList>
#include <QWidget>
#include <vector>

class QGridLayout;
class QLabel;

namespace qs {

/// A titled block of facts: rows of a label and one or more values. Values can be selected and copied, and
/// wrap.
class FactGrid : public QWidget {
    Q_OBJECT
  public:
    explicit FactGrid(const QString& title, QWidget* parent = nullptr);

    /// Each row is a label and its values. `header`, if any, names the columns of values. No rows hide the
    /// block.
    void setRows(const std::vector<QStringList>& rows, const QStringList& header = {});
    /// All cells, tab- and line-separated, as shown.
    QString text() const;

  private:
    void addRow(int row, const QStringList& cells, bool isHeader);

    QGridLayout* grid_;
    QLabel* title_;
    QWidget* body_ = nullptr;
    std::vector<QStringList> shown_;
};

}  // namespace qs
