#pragma once

#include <QDateTime>
#include <QString>
#include <QStringList>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/session/rules.h"
#include "protocol/messages.h"

namespace qs::app {

/// One measured configuration. Documents, their snapshots on the way to a file, and views share it; nobody
/// changes it. What is measured anew gets an id of its own, so that an id's files are written once.
struct Variant {
    QString id;  ///< unique, stable across saving; names its files: see isFileName()
    QString name;
    QDateTime createdAt;  ///< UTC
    protocol::VariantResult result;
    Rules rules;  ///< those of the recipe
    /// Parts of "variant.measure" that the result lacks because measuring did not come to its end.
    std::vector<std::string> missing = {};

    bool isComplete() const { return missing.empty(); }
    bool isTrained() const { return !result.recipe.trained_weights.empty(); }
};
using VariantPtr = std::shared_ptr<const Variant>;

VariantPtr makeVariant(const QString& id, const QString& name, const QDateTime& createdAt,
                       protocol::VariantResult result, std::vector<std::string> missing = {});
/// What "variant.measure" still has to do after it has told of `part`; nothing if that is none of its parts.
std::optional<std::vector<std::string>> partsAfter(const std::string& part);
/// The same measurement with its trained weights at `path`.
VariantPtr withWeights(const Variant& variant, const QString& path);
/// The result alone, for who needs nothing of the session; keeps the whole variant.
std::shared_ptr<const protocol::VariantResult> resultOf(const VariantPtr& variant);

/// "onednn", "onednn, 2 layers FP32", "onednn, 1 rule" (of an op or a pattern), "onednn QAT 1 epoch",
/// "onednn, bias_correction", /// "qnnpack on xnnpack"; "(2)" and so on is added where `taken` has the name.
QString variantName(const protocol::Recipe& recipe, const QStringList& taken);

/// Names of the `count` quantized layers of the variant that make most of the error at its outputs, worst
/// first; of integer ones with the lowest SQNR where that was not measured. Layers without either are left
/// out.
QStringList worstLayers(const protocol::VariantResult& result, int count);

}  // namespace qs::app
