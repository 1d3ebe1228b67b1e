"""Proofread gradients that were derived by hand."""

from autograd.audit.claim import Diagnosis
from autograd.audit.proofreading import Proofreading, audit
from autograd.audit.report import AuditReport

__all__ = ["AuditReport", "Diagnosis", "Proofreading", "audit"]
