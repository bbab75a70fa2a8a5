#pragma once

#include <QString>
#include <QStringList>

#include "app/session/document.h"

namespace qs::app {

/// The folder beside a project file that holds its variants and their trained weights: "net.files" for
/// "net.qsproj".
QString filesFolder(const QString& projectPath);

/// Whether an id can name files: 1 to 64 letters, digits, '-' and '_'.
bool isFileName(const QString& id);

/// The file of a variant in a filesFolder().
QString variantFile(const QString& folder, const QString& id);
/// The file of its trained weights there.
QString weightsFile(const QString& folder, const QString& id);

/// Writes a variant, without where its trained weights lie. A file that is there already is left as it is: no
/// variant ever changes, and none is there before it is complete. Returns what went wrong, or an empty text.
QString writeVariant(const QString& path, const Variant& variant);

/// Reads what writeVariant() has written of the variant `id` into `result`. Returns what went wrong, or an
/// empty text.
QString readVariant(const QString& path, const QString& id, protocol::VariantResult& result);

/// Copies trained weights that lie elsewhere into `folder`, which is made if needed, and points the variants
/// there. Weights that cannot be found here (an engine on another machine has them) stay where they are;
/// their variants' names are added to `missing`. Returns what went wrong, or an empty text.
QString gatherWeights(Document& document, const QString& folder, QStringList& missing);

/// Removes what a project's filesFolder() holds of variants that the project does not have any more.
void removeStrayFiles(const Document& document, const QString& folder);

}  // namespace qs::app
