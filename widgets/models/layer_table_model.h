#pragma once

#include <QAbstractTableModel>
#include <QHash>
#include <vector>

#include "widgets/models/keyed_sort_proxy.h"
#include "widgets/models/layer_columns.h"

namespace qs {

/// The layers of a model, a row each in execution order, columns as in layerColumns().
/// The QConfig column is editable, by an editor of its own: see LayerTableView::editRequested().
class LayerTableModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Role {
        SortRole = Qt::UserRole,  ///< number or text; invalid where nothing was measured
        LayerNameRole,
        SqnrRole  ///< double, or invalid
    };

    using QAbstractTableModel::QAbstractTableModel;

    /// Keeps selection and scroll position when the layers are the same as before.
    void setRows(std::vector<LayerRow> rows);
    const std::vector<LayerRow>& rows() const { return rows_; }
    /// -1 if there is no such layer.
    int rowOf(const QString& layer) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

  private:
    bool sameLayers(const std::vector<LayerRow>& rows) const;
    static QString qconfigTip(const LayerRow& row);
    QVariant toolTip(const LayerRow& row, const LayerColumn& column) const;
    static QString implementationTip(const protocol::LayerResult& result);

    std::vector<LayerRow> rows_;
    QHash<QString, int> places_;  ///< of layers, by name
};

/// Sorts by value and keeps the rows whose name, op or qconfig contains every word of the filter.
class LayerFilterProxy : public KeyedSortProxy {
    Q_OBJECT
  public:
    explicit LayerFilterProxy(QObject* parent = nullptr);
    void setFilterText(const QString& text);

  protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

  private:
    QStringList words_;
};

}  // namespace qs
