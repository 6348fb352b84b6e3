/// Hibari as a library: tensors and ops, layers and the builder, optimizers, training, and files of models.
///
/// Docs/library.md shows how it is used.
@_exported import HibariNN
@_exported import HibariOptimizers
@_exported import HibariSupport
@_exported import HibariTensor
@_exported import HibariTraining
