#pragma once

#include <QString>
#include <QVariant>
#include <vector>

#include "widgets/models/layer_row.h"

namespace qs {

/// Columns that other code refers to by name; the values are positions in layerColumns().
enum class LayerColumnId {
    Name,
    Op,
    OutputShape,
    Parameters,
    Macs,
    QConfig,
    Precision,
    OutputError,
    LocalSqnr,
    Sqnr,
    Cosine,
    Mse,
    Fp32Ms,
    VariantMs,
    Speedup,
    Implementation,
    PeakPercent,
    Bound,
    RestoreMs,
    GmacsPerS,
    Bytes,
    Fp32Spread,
    VariantSpread,
    Count
};

/// One column of the layer table. A new column is an enumerator and an entry in layer_columns.cpp; model,
/// sorting, CSV and view follow.
struct LayerColumn {
    LayerColumnId id;
    const char* key;    ///< header in CSV: the name that the command line's JSON uses
    const char* title;  ///< source text of context "LayerColumns"
    const char* tip;
    bool numeric = true;
    QVariant (*value)(const LayerRow&);  ///< sorts and goes to CSV; invalid where there is nothing
    QString (*text)(const LayerRow&);    ///< what the cell shows
    bool shown = true;                   ///< unless the person chooses otherwise
};

const std::vector<LayerColumn>& layerColumns();

/// Header line and one line a row, comma-separated, numbers in the C locale.
QString layersAsCsv(const std::vector<LayerRow>& rows);

}  // namespace qs
