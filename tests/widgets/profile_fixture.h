#pragma once

#include <gtest/gtest.h>

#include <QLabel>
#include <QTest>
#include <QWidget>
#include <string>
#include <vector>

#include "support/sample_results.h"
#include "support/shared.h"
#include "widgets/models/view_state.h"
#include "widgets/sample_rows.h"

namespace qs::test {

inline protocol::VariantResult variantWith(const std::vector<std::string>& floatLayers) {
    protocol::Recipe recipe = samples::recipe();
    for (const auto& layer : floatLayers) {
        recipe.rules.push_back({"layer", layer, "fp32"});
    }
    return samples::variant(recipe);
}

inline void show(ViewState& state, const protocol::VariantResult& variant) {
    state.setProfile(makeVariantProfile(variant));
    state.setLayers(samples::layerRows(variant.recipe.rules, samples::share(variant)));
}

inline void showAt(QWidget& widget, int width, int height) {
    widget.resize(width, height);
    widget.show();
    EXPECT_TRUE(QTest::qWaitForWindowExposed(&widget));
}

inline QString textOf(const QWidget& widget, const char* label) {
    const auto* found = widget.findChild<QLabel*>(QLatin1String(label));
    return found->isHidden() ? QString() : found->text();
}

}  // namespace qs::test
