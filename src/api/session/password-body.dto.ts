import { IsString, Length } from 'class-validator';
import { maxPasswordLength } from '../auth/password.ts';

export class PasswordBodyDto {
  @Length(1, maxPasswordLength)
  @IsString()
  current!: string;

  @Length(1, maxPasswordLength)
  @IsString()
  password!: string;
}
