#pragma once

#include <QDateTime>
#include <QString>
#include <QStringList>

#include "app/session/rules.h"
#include "protocol/messages.h"

namespace qs::app {

/// One measured configuration. Never changed once it is in the session, except for where its trained weights
/// lie.
struct Variant {
    QString id;  ///< unique, stable across saving
    QString name;
    QDateTime createdAt;  ///< UTC
    protocol::VariantResult result;

    Rules rules() const { return Rules::fromProtocol(result.recipe.rules); }
    bool isTrained() const { return !result.recipe.trained_weights.empty(); }
};

/// "onednn", "onednn, 2 layers FP32", "onednn QAT 1 epoch", "qnnpack on xnnpack"; "(2)" and so on is added
/// where `taken` has the name.
QString variantName(const protocol::Recipe& recipe, const QStringList& taken);

/// Names of the `count` integer layers of the variant with the lowest SQNR, worst first; layers without an
/// SQNR are left out.
QStringList worstLayers(const protocol::VariantResult& result, int count);

}  // namespace qs::app
