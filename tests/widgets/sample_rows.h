#pragma once

#include <memory>
#include <vector>

#include "support/sample_preview.h"
#include "support/sample_results.h"
#include "support/shared.h"
#include "widgets/models/layer_row.h"

namespace qs::samples {

/// Rows of a model under rules that an engine has resolved. `variant` may be null.
inline std::vector<LayerRow> layerRows(const std::vector<protocol::Rule>& rules,
                                       std::shared_ptr<const protocol::VariantResult> variant = nullptr,
                                       const protocol::ModelInfo& model = modelInfo("resnet.pt")) {
    const protocol::QConfigPreview answer = preview(model, rules);
    return makeLayerRows(share(model), rules, &answer, variant);
}

}  // namespace qs::samples
