#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <vector>

#include "protocol/messages.h"

namespace qs {

/// A text of the linter in the window's language: the template, looked up in the context "Linter", with %1,
/// %2
/// ... replaced by the arguments. A number without an argument stays.
QString linterText(const std::string& pattern, const std::vector<std::string>& arguments);

/// Why layers, or the whole model, are not faster: a row a finding, the greatest saving first, those without
/// one last.
class FindingTableModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column {
        SavingColumn,
        TextColumn,  ///< a line each: the layer unless the next names it, why it is not faster, the remedy
        ColumnCount
    };
    enum Role {
        LayerRole = Qt::UserRole  ///< QString: empty for the whole model
    };

    using QAbstractTableModel::QAbstractTableModel;

    void setFindings(std::vector<protocol::Finding> findings);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    std::vector<protocol::Finding> findings_;
};

}  // namespace qs
