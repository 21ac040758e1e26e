// Short names for the shapes of docs/api/openapi.yaml (contract.d.ts is generated from it).
import type { components } from './contract';

type Schemas = components['schemas'];

export type AccessKey = Schemas['AccessKey'];
export type AccessRequest = Schemas['AccessRequest'];
export type AccessRules = Schemas['AccessRules'];
export type FactorRule = Schemas['FactorRule'];
export type ApiToken = Schemas['ApiToken'];
// What is asked for, without the reason and the duration.
export type AskedRight = Omit<Schemas['NewAccessRequest'], 'reason' | 'duration_s'>;
export type AuditEvent = Schemas['AuditEvent'];
export type AuditKeys = Schemas['AuditKeys'];
export type AuditPage = Schemas['AuditPage'];
export type Bucket = Schemas['Bucket'];
export type BucketPolicy = Schemas['BucketPolicy'];
export type Checkpoint = Schemas['Checkpoint'];
export type DirectoryAnswer = Schemas['DirectoryAnswer'];
export type DirectoryPage = Schemas['DirectoryPage'];
export type Disk = Schemas['Disk'];
export type Factor = Schemas['Factor'];
export type FactorList = Schemas['FactorList'];
export type Group = Schemas['Group'];
export type GroupHoldings = Schemas['GroupHoldings'];
export type GroupMember = Schemas['GroupMember'];
export type Holding = Schemas['Holding'];
export type Holdings = Schemas['Holdings'];
export type InclusionProof = Schemas['InclusionProof'];
export type Job = Schemas['Job'];
export type Measure = Schemas['Measure'];
// A list that a check reads, such as the countries it accepts.
export interface MeasureList {
  name: string;
  values: string[];
  source: 'annex' | 'ours';
}
export type MeasureDetail = Schemas['MeasureDetail'] & { lists?: MeasureList[] };
export type NewAccessRequest = Schemas['NewAccessRequest'];
export type NewAccessKey = Schemas['NewAccessKey'];
export type NewApiToken = Schemas['NewApiToken'];
export type NewPasskey = Schemas['NewPasskey'];
export type NewUser = Schemas['NewUser'];
export type ObjectCopies = Schemas['ObjectCopies'];
export type ObjectCopy = Schemas['ObjectCopy'];
export type ObjectInfo = Schemas['ObjectInfo'];
export type ObjectPage = Schemas['ObjectPage'];
export type AddedPasskey = Schemas['AddedPasskey'];
export type PasskeyAssertion = Schemas['PasskeyAssertion'];
export type PasskeyCreation = Schemas['PasskeyCreation'];
export type PasskeyRequest = Schemas['PasskeyRequest'];
export type OpenInvitation = Schemas['OpenInvitation'];
export type OpenPasswordReset = Schemas['OpenPasswordReset'];
export type PasswordReset = Schemas['PasswordReset'];
export type ProblemBody = Schemas['Problem'];
export type PredefinedProfile = Schemas['PredefinedProfile'];
export type PredefinedProfiles = Schemas['PredefinedProfiles'];
export type Profile = Schemas['Profile'];
export type ProfileHolder = Schemas['ProfileHolder'];
export type Proof = Schemas['Proof'];
export type RecoveryCodes = Schemas['RecoveryCodes'];
export type ReplicaSet = Schemas['ReplicaSet'];
export type Role = Schemas['Role'];
export type ScrubReport = Schemas['ScrubReport'];
export type Session = Schemas['Session'];
export type SignedIn = Schemas['SignedIn'];
export type StepUp = Schemas['StepUp'];
export type Tenant = Schemas['Tenant'];
export type TermsList = Schemas['TermsList'];
export type TermsVersion = Schemas['TermsVersion'];
export type TotpSeed = Schemas['TotpSeed'];
export type User = Schemas['User'];
export type VerifierKey = Schemas['VerifierKey'];
export type Verdict = Schemas['Verdict'];
export type WhoAmI = Schemas['WhoAmI'];
export type FactorReset = Schemas['FactorReset'];
export type Intervention = Schemas['Intervention'];
export type InterventionState = Schemas['InterventionState'];
export type Issuer = Schemas['Issuer'];
export type IssuerPurpose = Issuer['purpose'];
export type IssuerChange = Schemas['IssuerChange'];
export type LostFactor = Schemas['LostFactor'];
export type NewIntervention = Schemas['NewIntervention'];
export type NewIssuer = Schemas['NewIssuer'];
export type NewServiceAccount = Schemas['NewServiceAccount'];
export type NewSubject = Schemas['NewSubject'];
export type ServiceAccount = Schemas['ServiceAccount'];
export type Subject = Schemas['Subject'];
export type AccessReason = Schemas['AccessReason'];
export type ActReach = Schemas['ActReach'];
export type AssumableRole = Schemas['AssumableRole'];
export type Explanation = Schemas['Explanation'];
export type Invitation = Schemas['Invitation'];
export type MadeInvitation = Schemas['MadeInvitation'];
export type NewInvitation = Schemas['NewInvitation'];
export type NewReview = Schemas['NewReview'];
export type RequestChoices = Schemas['RequestChoices'];
export type RequestState = Schemas['RequestState'];
export type Review = Schemas['Review'];
export type ReviewItem = Schemas['ReviewItem'];
export type RoleSession = Schemas['RoleSession'];
export type SimulatedRequest = Schemas['SimulatedRequest'];
export type WhatReaches = Schemas['WhatReaches'];
export type WhoReaches = Schemas['WhoReaches'];

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}
